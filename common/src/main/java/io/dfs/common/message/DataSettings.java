package io.dfs.common.message;

/**
 * How the bytes of a file are kept.
 *
 * @param chunkBytes the most that one chunk holds, from {@link #MIN_CHUNK_BYTES} to {@link
 *     #MAX_CHUNK_BYTES}, a multiple of 64 KiB
 * @param replicas copies of every chunk, from 1 to {@link #MAX_REPLICAS}
 */
public record DataSettings(int chunkBytes, int replicas) {
  public static final int MIN_CHUNK_BYTES = 1 << 20;
  public static final int MAX_CHUNK_BYTES = 128 << 20;
  public static final int MAX_REPLICAS = 8;
}
