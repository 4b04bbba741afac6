package io.dfs.dataserver.chunk;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.DataSettings;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The byte layout of a chunk file, version 1. Numbers are big-endian; what is not named is zero.
 *
 * <pre>
 *      0  +-----------------------------------------------+
 *         | magic "DFSCHUNK" (8)                          |
 *      8  | version (4) = 1       | block bytes (4)       |
 *     16  | chunk id (8)                                  |
 *     24  | hash of the cluster id (8)                    |
 *     32  | CRC32C of bytes 0..31 |                       |
 *     64  +-----------------------------------------------+
 *         | tail record "written"                         |
 *    128  | tail record "syncing"                         |
 *    192  | tail record "synced"                          |
 *         |   +0  length (4)      | CRC32C of the last,   |
 *         |                       | partial block (4)     |
 *         |   +8  boot of the machine that wrote it (8)   |
 *         |   +16 CRC32C of slot number, chunk id and     |
 *         |       the 16 bytes before (4)                 |
 *   4096  +-----------------------------------------------+
 *         | CRC32C of each full block, 2048 x 4 bytes     |
 *  12288  +-----------------------------------------------+
 *         | data                                          |
 *         +-----------------------------------------------+
 * </pre>
 *
 * Data starts on a page, so that it goes to the network from the page cache as it lies. Each record
 * lies within one sector, so that a power cut leaves the old one or the new one.
 *
 * <p>Written in this order: data, CRC table, then the "written" record. So after a killed process
 * the "written" record is true: all it covers is in the page cache. After a power cut it may be
 * ahead of the data; that is seen by its boot number. Then the data is checked, block by block,
 * from the "synced" record on, which is only written when an fsync of what it covers has returned.
 * "syncing" is what that fsync covers, written before it so that it is on disk with the data.
 */
final class ChunkFormat {
  static final int TABLE_AT = 4096;
  static final int MAX_BLOCKS = DataSettings.MAX_CHUNK_BYTES / Crc32c.BLOCK_BYTES;
  static final int DATA_AT = TABLE_AT + MAX_BLOCKS * Integer.BYTES;

  /** As much of the header page as is in use. */
  static final int HEADER_BYTES = 256;

  private static final long MAGIC = 0x4446534348554E4BL;
  private static final int VERSION = 1;
  private static final int IDENTITY_BYTES = 32;

  enum Slot {
    WRITTEN(1),
    SYNCING(2),
    SYNCED(3);

    private final int number;

    Slot(int number) {
      this.number = number;
    }

    int at() {
      return 64 * number;
    }
  }

  /** A tail record. */
  record TailRecord(Tail tail, long boot) {}

  private ChunkFormat() {}

  static ByteBuffer newHeader(ChunkId chunk, long clusterHash, long boot) {
    ByteBuffer header = ByteBuffer.allocate(TABLE_AT);
    header.putLong(MAGIC).putInt(VERSION).putInt(Crc32c.BLOCK_BYTES);
    header.putLong(chunk.value()).putLong(clusterHash);
    header.putInt(Crc32c.of(header.slice(0, IDENTITY_BYTES)));
    for (Slot slot : Slot.values()) {
      header.put(slot.at(), tailRecord(chunk, slot, new TailRecord(Tail.EMPTY, boot)), 0, 20);
    }
    return header.clear();
  }

  static ByteBuffer tailRecord(ChunkId chunk, Slot slot, TailRecord record) {
    ByteBuffer bytes = ByteBuffer.allocate(20);
    bytes.putInt(record.tail.length()).putInt(record.tail.crc()).putLong(record.boot);
    bytes.putInt(check(chunk, slot, record));
    return bytes.flip();
  }

  /** The record of a slot, or null when it is damaged. */
  static @Nullable TailRecord readTail(ByteBuffer header, ChunkId chunk, Slot slot) {
    int at = slot.at();
    Tail tail = new Tail(header.getInt(at), header.getInt(at + 4));
    TailRecord record = new TailRecord(tail, header.getLong(at + 8));
    boolean whole = header.getInt(at + 16) == check(chunk, slot, record);
    return whole && tail.length() >= 0 && tail.length() <= DataSettings.MAX_CHUNK_BYTES
        ? record
        : null;
  }

  /** Whether a file never got its header: it was made and nothing was ever acknowledged. */
  static boolean isUnborn(ByteBuffer header) {
    return header.slice(0, HEADER_BYTES).equals(ByteBuffer.allocate(HEADER_BYTES));
  }

  /** What is wrong with a header's first part, or null. */
  static @Nullable String fault(ByteBuffer header, ChunkId chunk, long clusterHash) {
    if (header.getLong(0) != MAGIC) {
      return "it does not begin like a chunk file";
    }
    if (header.getInt(IDENTITY_BYTES) != Crc32c.of(header.slice(0, IDENTITY_BYTES))) {
      return "its header does not match its checksum";
    }
    if (header.getInt(8) != VERSION || header.getInt(12) != Crc32c.BLOCK_BYTES) {
      return String.format(
          Locale.ROOT,
          "it has format version %d with blocks of %d bytes, this program knows version %d with %d",
          header.getInt(8),
          header.getInt(12),
          VERSION,
          Crc32c.BLOCK_BYTES);
    }
    if (header.getLong(16) != chunk.value()) {
      return "it holds chunk " + new ChunkId(header.getLong(16));
    }
    return header.getLong(24) == clusterHash ? null : "it belongs to another cluster";
  }

  private static int check(ChunkId chunk, Slot slot, TailRecord record) {
    ByteBuffer bytes = ByteBuffer.allocate(28);
    bytes.putInt(slot.number).putLong(chunk.value());
    bytes.putInt(record.tail.length()).putInt(record.tail.crc()).putLong(record.boot);
    return Crc32c.of(bytes.flip());
  }
}
