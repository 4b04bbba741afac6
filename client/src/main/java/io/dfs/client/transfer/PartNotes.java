package io.dfs.client.transfer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.transfer.Ranges.Range;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Which ranges of a local file that is being got are complete, in a file beside it. Shared. Each is
 * noted with its checksum and believed only when the bytes match it, so nothing needs to be synced:
 * what a power cut took is got again. A record is
 *
 * <pre>
 *  0  from
 *  8  to
 * 16  CRC32C of the bytes between
 * </pre>
 */
final class PartNotes implements AutoCloseable {
  private static final int RECORD_BYTES = 20;
  private static final int READ_BYTES = 256 << 10;

  private final Path path;

  @GuardedBy("this")
  private final FileChannel file;

  private PartNotes(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  static PartNotes open(Path path) throws IOException {
    return new PartNotes(
        path,
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  /** The ranges up to {@code size} that {@code part} has as noted, sorted. */
  synchronized List<Range> verified(FileChannel part, long size) throws IOException {
    List<Range> good = new ArrayList<>();
    long records = file.size() / RECORD_BYTES;
    for (long i = 0; i < records; i++) {
      ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
      if (file.read(record, i * RECORD_BYTES) < RECORD_BYTES) {
        break;
      }
      record.flip();
      Range range = new Range(record.getLong(), record.getLong());
      if (range.from() >= 0
          && range.from() < range.to()
          && range.to() <= Math.min(size, part.size())
          && crcOf(part, range) == record.getInt()) {
        good.add(range);
      }
    }
    file.truncate(records * RECORD_BYTES);
    good.sort(Comparator.comparingLong(Range::from));
    return good;
  }

  private static int crcOf(FileChannel part, Range range) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    long at = range.from();
    while (at < range.to()) {
      buffer.clear().limit((int) Math.min(READ_BYTES, range.to() - at));
      int n = part.read(buffer, at);
      if (n <= 0) {
        break;
      }
      crc.update(buffer.flip());
      at += n;
    }
    return (int) crc.getValue();
  }

  synchronized void add(Range range, int crc) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES);
    record.putLong(range.from()).putLong(range.to()).putInt(crc).flip();
    file.write(record, file.size());
  }

  /** The copy is complete. */
  void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
