package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import java.util.List;

/**
 * What a dataserver is asked to copy into a new chunk: the sources one after the other, each
 * verified, then synced on all members.
 *
 * @param id for the answer
 * @param chunk the new, empty chunk, which nobody else appends to
 * @param chain addresses ({@code host:port}) of its members
 * @param bytesPerSecond at most so many
 */
public record RewriteTask(
    long id, ChunkId chunk, List<String> chain, List<Source> sources, long bytesPerSecond) {
  /**
   * Bytes of a chunk.
   *
   * @param holders addresses of servers that may have it
   */
  public record Source(ChunkId chunk, int offset, int length, List<String> holders) {}

  /**
   * How a task ended.
   *
   * @param problem empty when all of it is on the disks of all members
   */
  public record Result(long id, String problem) {}
}
