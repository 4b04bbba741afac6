package io.dfs.client.cli.doctor;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/**
 * Writes a compressed tar archive of regular files. Confined. A header of the ustar format, whose
 * numbers are octal digits:
 *
 * <pre>
 *   0 name [100]   100 mode [8]   108 uid [8]   116 gid [8]   124 size [12]   136 mtime [12]
 * 148 checksum: sum of all bytes, itself as spaces [8]   156 type = '0' [1]
 * 257 "ustar" 0 "00" [8]
 * </pre>
 */
final class TarGz implements Closeable {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;

  private final OutputStream out;
  private final long seconds;

  /**
   * @param seconds of the epoch, when the files were made
   */
  TarGz(OutputStream out, long seconds) throws IOException {
    this.out = new GZIPOutputStream(out);
    this.seconds = seconds;
  }

  /**
   * @param name at most 100 bytes
   */
  void add(String name, byte[] content) throws IOException {
    byte[] header = new byte[BLOCK];
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > NAME_BYTES) {
      throw new IllegalArgumentException("a name of more than 100 bytes: " + name);
    }
    System.arraycopy(bytes, 0, header, 0, bytes.length);
    octal(header, 100, 8, 0644);
    octal(header, 108, 8, 0);
    octal(header, 116, 8, 0);
    octal(header, 124, 12, content.length);
    octal(header, 136, 12, seconds);
    header[156] = '0';
    text(header, 257, "ustar");
    text(header, 263, "00");
    text(header, 148, "        ");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    octal(header, 148, 7, sum);
    out.write(header);
    out.write(content);
    out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
  }

  private static void octal(byte[] header, int at, int length, long value) {
    StringBuilder digits = new StringBuilder(Long.toOctalString(value));
    while (digits.length() < length - 1) {
      digits.insert(0, '0');
    }
    text(header, at, digits.toString());
    header[at + length - 1] = 0;
  }

  private static void text(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  @Override
  public void close() throws IOException {
    out.write(new byte[2 * BLOCK]);
    out.close();
  }
}
