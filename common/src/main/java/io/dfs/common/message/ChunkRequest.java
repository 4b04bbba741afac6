package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import java.util.List;

/**
 * What a dataserver is asked to do with a chunk, by a client or by the member before it in the
 * chain.
 */
public sealed interface ChunkRequest extends Message {

  /**
   * Appends the payload to a chunk, here and on the rest of the chain. Answered by {@link
   * Reply.Appended} when all of them have it. Appends to one chunk are sent in order on one
   * connection and may be pipelined. After any failure of one the writer gives the chunk up. ESTALE
   * when {@code offset} is not the chunk's length, EBADMSG when a checksum does not match, ENOSPC
   * and EIO by the disk; the message names the server that failed.
   *
   * @param offset the chunk's length before, 0 creates it
   * @param crcs CRC32C of each run of the payload when cut at the chunk's 64 KiB boundaries
   * @param durable answer only when it is on every member's disk
   * @param chain addresses ({@code host:port}) of the members after the receiver
   */
  record Append(ChunkId chunk, int offset, int[] crcs, boolean durable, List<String> chain)
      implements ChunkRequest {}

  /**
   * Returns when the chunk's first {@code length} bytes are on disk here and along the chain.
   * Answered by {@link Reply.Done}.
   */
  record SyncChunk(ChunkId chunk, int length, List<String> chain) implements ChunkRequest {}

  /**
   * Bytes of a chunk, in whole blocks: from {@code offset} (a multiple of 64 KiB) to {@code offset
   * + length} or to the chunk's end if that comes first. Answered by {@link Reply.ChunkData} with
   * the bytes as payload; ENOENT when it is not here, EIO.
   *
   * @param length a multiple of 64 KiB, at most {@link #MAX_READ_BYTES}
   */
  record Read(ChunkId chunk, int offset, int length) implements ChunkRequest {
    public static final int MAX_READ_BYTES = 1 << 20;
  }

  /**
   * A reader got bytes of the chunk that do not match their checksum: the receiver verifies its
   * copy soon, and sets it aside when it is bad. Answered by {@link Reply.Done} at once.
   */
  record VerifyChunk(ChunkId chunk) implements ChunkRequest {}

  /**
   * What the verification of the receiver's disks does. Answered by {@link Reply.ScrubStatus}.
   *
   * @param action {@link #LOOK}, {@link #START} a pass now, {@link #PAUSE} or {@link #RESUME}
   */
  record Scrub(int action) implements ChunkRequest {
    public static final int LOOK = 0;
    public static final int START = 1;
    public static final int PAUSE = 2;
    public static final int RESUME = 3;
  }

  /** Answered by {@link Reply.ChunkInfo}; ENOENT. */
  record StatChunk(ChunkId chunk) implements ChunkRequest {}

  /** What the dataserver has done since it started. Answered by {@link Reply.Stats}. */
  record GetStats() implements ChunkRequest {}
}
