package io.dfs.common.message;

import io.dfs.common.id.ChunkId;

/**
 * A run of a file's bytes and where they are: {@code length} bytes (at least 1) of {@code chunk}
 * from {@code chunkOffset}.
 */
public record Extent(long fileOffset, int length, ChunkId chunk, int chunkOffset) {
  public long fileEnd() {
    return fileOffset + length;
  }
}
