package io.dfs.client.cli.bench;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Many files of one small size in one directory. */
final class SmallFiles {
  private static final long FIRST_FILE = 10_000;

  private final Path directory;
  private final PageData data;
  private final BenchSettings settings;
  private final ByteBuffer buffer;

  SmallFiles(Path directory, PageData data, BenchSettings settings, int bytes) {
    this.directory = directory;
    this.data = data;
    this.settings = settings;
    this.buffer = ByteBuffer.allocateDirect(bytes);
  }

  void write() throws IOException {
    Files.createDirectory(directory);
    for (int i = 0; i < settings.smallFiles(); i++) {
      buffer.clear();
      while (buffer.hasRemaining()) {
        data.put(buffer, FIRST_FILE + i, buffer.position() / PageData.PAGE_BYTES, 0);
      }
      buffer.flip();
      try (FileChannel channel = FileChannel.open(file(i), CREATE_NEW, WRITE)) {
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        if (settings.fsync()) {
          channel.force(true);
        }
      }
    }
  }

  void read() throws IOException {
    for (int i = 0; i < settings.smallFiles(); i++) {
      buffer.clear();
      try (FileChannel channel = FileChannel.open(file(i), READ)) {
        while (buffer.hasRemaining()) {
          if (channel.read(buffer) < 0) {
            throw new EOFException(file(i) + " ends at " + buffer.position());
          }
        }
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        int at = buffer.position();
        if (!data.check(buffer, FIRST_FILE + i, at / PageData.PAGE_BYTES, 0)) {
          throw new WrongDataException(file(i), at);
        }
      }
    }
  }

  /** Puts the data on disk, without which dropping the kernel's cache would not make it cold. */
  void sync() throws IOException {
    for (int i = 0; i < settings.smallFiles(); i++) {
      try (FileChannel channel = FileChannel.open(file(i), WRITE)) {
        channel.force(true);
      }
    }
  }

  void delete() throws IOException {
    for (int i = 0; i < settings.smallFiles(); i++) {
      Files.delete(file(i));
    }
    Files.delete(directory);
  }

  private Path file(int index) {
    return directory.resolve("file-" + index);
  }
}
