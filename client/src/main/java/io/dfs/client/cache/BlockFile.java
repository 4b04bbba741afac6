package io.dfs.client.cache;

import io.dfs.common.checksum.Crc32c;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The file of one block on the cache disk. Stateless. Big-endian:
 *
 * <pre>
 *  0  magic and version "DFSBLK01"
 *  8  chunk id
 * 16  block number
 * 20  length of the data, 1..65536
 * 24  CRC32C of the data, as the dataserver gave it
 * 28  CRC32C of bytes 0..27
 * 32  data
 * </pre>
 */
final class BlockFile {
  static final int HEADER_BYTES = 32;
  private static final long MAGIC = 0x444653424C4B3031L;

  /** What a filesystem gives a file at least. */
  private static final int DISK_UNIT = 4096;

  private BlockFile() {}

  /** 256 folders, so that none has more than some thousand files. */
  static Path path(Path root, BlockKey key) {
    return root.resolve(HexFormat.of().toHexDigits((byte) key.hashCode()))
        .resolve(
            HexFormat.of().toHexDigits(key.chunk())
                + "-"
                + HexFormat.of().toHexDigits((short) key.block()));
  }

  /** The block that a file of this name holds, or null when the name is no block's. */
  static @Nullable BlockKey key(String name) {
    if (name.length() != 21 || name.charAt(16) != '-') {
      return null;
    }
    try {
      return new BlockKey(
          HexFormat.fromHexDigitsToLong(name, 0, 16), HexFormat.fromHexDigits(name, 17, 21));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** What a block of so many bytes takes on the disk. */
  static long diskBytes(int length) {
    return (long) (HEADER_BYTES + length + DISK_UNIT - 1) / DISK_UNIT * DISK_UNIT;
  }

  static void write(Path path, BlockKey key, ByteBuf data, int index, int length, int crc)
      throws IOException {
    ByteBuffer header = header(key, length, crc);
    try (FileChannel file =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer[] parts = {header, data.nioBuffer(index, length)};
      while (parts[1].hasRemaining()) {
        file.write(parts);
      }
    }
  }

  /**
   * Appends the data to {@code into}.
   *
   * @return false when the file is damaged or not of this block and length; {@code into} may then
   *     have been written to past its writer index
   */
  static boolean read(Path path, BlockKey key, int length, ByteBuf into) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    int at = into.writerIndex();
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer[] parts = {header, into.nioBuffer(at, length)};
      while (parts[1].hasRemaining()) {
        if (file.read(parts) < 0) {
          return false;
        }
      }
    }
    int crc = Crc32c.of(into, at, length);
    if (!header(key, length, crc).equals(header.flip())) {
      return false;
    }
    into.writerIndex(at + length);
    return true;
  }

  private static ByteBuffer header(BlockKey key, int length, int crc) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    header.putLong(MAGIC).putLong(key.chunk()).putInt(key.block()).putInt(length).putInt(crc);
    header.putInt(Crc32c.of(header.duplicate().flip()));
    return header.flip();
  }
}
