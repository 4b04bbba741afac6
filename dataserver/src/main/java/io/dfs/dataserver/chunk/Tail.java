package io.dfs.dataserver.chunk;

import io.dfs.common.checksum.Crc32c;

/**
 * The end of a chunk.
 *
 * @param length bytes in the chunk
 * @param crc CRC32C of the last block's bytes when the block is partial, 0 when the length is a
 *     multiple of the block size
 */
public record Tail(int length, int crc) {
  static final Tail EMPTY = new Tail(0, 0);

  int fullBlocks() {
    return length / Crc32c.BLOCK_BYTES;
  }

  int partialBytes() {
    return length % Crc32c.BLOCK_BYTES;
  }
}
