package io.dfs.nameserver.audit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines that grows to a size, is then called {@code NAME.1}, and older ones {@code
 * NAME.2} and so on, of which a number is kept. After a failure the next write opens it again.
 * Confined to one thread, but for {@link #close} after that has ended.
 */
public final class AuditFile {
  private final Path path;
  private final long maxBytes;
  private final int kept;
  private @Nullable OutputStream out;
  private long bytes;

  /**
   * @param maxBytes of each file
   * @param kept older files
   */
  public AuditFile(Path path, long maxBytes, int kept) {
    this.path = path;
    this.maxBytes = maxBytes;
    this.kept = kept;
  }

  /**
   * @param line with its end of line
   */
  void write(byte[] line) throws IOException {
    try {
      OutputStream to = out == null ? open() : out;
      if (bytes > 0 && bytes + line.length > maxBytes) {
        to.close();
        rotate();
        to = open();
      }
      to.write(line);
      bytes += line.length;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Fails now when lines could not be written later. */
  void prepare() throws IOException {
    if (out == null) {
      open();
    }
  }

  private OutputStream open() throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    // Unbuffered: what was written is there, and what was not is known.
    OutputStream opened =
        Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    out = opened;
    bytes = Files.size(path);
    if (endsTorn()) {
      opened.write('\n');
      bytes++;
    }
    return opened;
  }

  /** A full disk or a kill may have left a part of a line. */
  private boolean endsTorn() throws IOException {
    if (bytes == 0) {
      return false;
    }
    try (RandomAccessFile in = new RandomAccessFile(path.toFile(), "r")) {
      in.seek(bytes - 1);
      return in.read() != '\n';
    }
  }

  private void rotate() throws IOException {
    for (int i = kept; i > 1; i--) {
      if (Files.exists(old(i - 1))) {
        Files.move(old(i - 1), old(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(path, old(1), StandardCopyOption.REPLACE_EXISTING);
  }

  private Path old(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  void close() {
    OutputStream open = out;
    out = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // Nothing is buffered: a failed write has told.
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
