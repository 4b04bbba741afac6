package io.dfs.nameserver.backup;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Timestamp;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * The files of a database as one stream. Every part carries its CRC32C, and an archive without its
 * end is refused, so that what was cut short or damaged is never taken for a backup.
 *
 * <pre>
 * "dfs-meta" [8]   format = 1 [4]   head: a part
 * for each file:   name: a part     its bytes: parts of at most 256 KiB     an empty part
 * the end:         an empty part    number of files [4]
 *
 * a part:  length [4]   bytes   CRC32C of the bytes [4]
 * head:    cluster id, version of dfs: each a length [2] and modified UTF-8; time [8 + 4];
 *          inodes [8]; chunks [8]
 * </pre>
 */
public final class Archive {
  private static final byte[] MAGIC = "dfs-meta".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT = 1;
  private static final int PART_BYTES = 256 << 10;

  /**
   * What an archive is of.
   *
   * @param version of the program that wrote it
   */
  public record Head(String clusterId, String version, Timestamp time, long inodes, long chunks) {}

  private Archive() {}

  /** Writes the files in {@code directory}, which nobody changes meanwhile. */
  public static void write(Head head, Path directory, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.write(MAGIC);
    out.writeInt(FORMAT);
    part(out, encode(head));
    List<Path> files;
    try (Stream<Path> listed = Files.list(directory)) {
      files = listed.sorted().toList();
    }
    byte[] buffer = new byte[PART_BYTES];
    for (Path file : files) {
      part(out, String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8));
      try (InputStream in = Files.newInputStream(file)) {
        int length;
        while ((length = in.readNBytes(buffer, 0, PART_BYTES)) > 0) {
          part(out, buffer, length);
        }
      }
      part(out, buffer, 0);
    }
    part(out, buffer, 0);
    out.writeInt(files.size());
    out.flush();
  }

  private static void part(DataOutputStream out, byte[] bytes) throws IOException {
    part(out, bytes, bytes.length);
  }

  private static void part(DataOutputStream out, byte[] bytes, int length) throws IOException {
    out.writeInt(length);
    out.write(bytes, 0, length);
    out.writeInt(crc(bytes, length));
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static byte[] encode(Head head) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF(head.clusterId);
    out.writeUTF(head.version);
    out.writeLong(head.time.seconds());
    out.writeInt(head.time.nanos());
    out.writeLong(head.inodes);
    out.writeLong(head.chunks);
    return bytes.toByteArray();
  }

  /**
   * Makes the files of an archive in {@code directory}, on disk when it returns. EINVAL when it is
   * no archive, EIO when it is damaged or cut short; what was made by then stays.
   */
  public static Head read(InputStream stream, Path directory) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    try {
      if (!java.util.Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
        throw new FsException(Errno.EINVAL, "it is no backup of a nameserver");
      }
      int format = in.readInt();
      if (format != FORMAT) {
        throw new FsException(
            Errno.EINVAL,
            "the backup has format "
                + format
                + ", this program knows "
                + FORMAT
                + "; use the"
                + " version of dfs that wrote it");
      }
      byte[] buffer = new byte[PART_BYTES];
      Head head = decode(buffer, part(in, buffer));
      int files = 0;
      int length;
      while ((length = part(in, buffer)) > 0) {
        String name = new String(buffer, 0, length, StandardCharsets.UTF_8);
        if (!name.matches("[A-Za-z0-9._-]+") || name.startsWith(".")) {
          throw new FsException(Errno.EIO, "the backup is damaged: a file named '" + name + "'");
        }
        file(in, directory.resolve(name), buffer);
        files++;
      }
      if (in.readInt() != files) {
        throw new FsException(Errno.EIO, "the backup is damaged: files are missing");
      }
      return head;
    } catch (EOFException e) {
      throw new FsException(Errno.EIO, "the backup is cut short; take another one", e);
    }
  }

  private static void file(DataInputStream in, Path file, byte[] buffer) throws IOException {
    try (var out =
        java.nio.channels.FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      int length;
      while ((length = part(in, buffer)) > 0) {
        var bytes = java.nio.ByteBuffer.wrap(buffer, 0, length);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
      out.force(true);
    }
  }

  private static int part(DataInputStream in, byte[] buffer) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > buffer.length) {
      throw new FsException(Errno.EIO, "the backup is damaged: a part of " + length + " bytes");
    }
    in.readFully(buffer, 0, length);
    if (in.readInt() != crc(buffer, length)) {
      throw new FsException(Errno.EIO, "the backup is damaged: a checksum does not match");
    }
    return length;
  }

  private static Head decode(byte[] bytes, int length) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
    return new Head(
        in.readUTF(),
        in.readUTF(),
        new Timestamp(in.readLong(), in.readInt()),
        in.readLong(),
        in.readLong());
  }
}
