package io.dfs.client.cache;

/** Names a 64 KiB block of a chunk. */
public record BlockKey(long chunk, int block) {
  @Override
  public int hashCode() {
    // Blocks of one chunk and equal blocks of neighbouring chunks must not collide in runs.
    long mixed = (chunk * 0x9E3779B97F4A7C15L + block) * 0xC2B2AE3D27D4EB4FL;
    return (int) (mixed >>> 32);
  }
}
