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
import java.util.SplittableRandom;

/** One file, read and overwritten in pages of 4 KiB at random offsets. */
final class RandomPages {
  private static final long FILE = 1000;
  private static final int PREPARE_BYTES = 1 << 20;

  private final Path file;
  private final PageData data;
  private final BenchSettings settings;
  private final SplittableRandom random;

  /** How often each page has been written since the file was made. */
  private final int[] versions;

  private final ByteBuffer page = ByteBuffer.allocateDirect(PageData.PAGE_BYTES);

  RandomPages(Path file, PageData data, BenchSettings settings) {
    this.file = file;
    this.data = data;
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed());
    this.versions = new int[Math.toIntExact(settings.fileBytes() / PageData.PAGE_BYTES)];
  }

  void prepare() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(PREPARE_BYTES);
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      for (int i = 0; i < versions.length; ) {
        buffer.clear();
        for (; buffer.hasRemaining() && i < versions.length; i++) {
          data.put(buffer, FILE, i, 0);
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      channel.force(true);
    }
  }

  void read() throws IOException {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      for (int i = 0; i < settings.randomOperations(); i++) {
        checkPage(channel, random.nextInt(versions.length));
      }
    }
  }

  void write() throws IOException {
    try (FileChannel channel = FileChannel.open(file, WRITE)) {
      for (int i = 0; i < settings.randomOperations(); i++) {
        int index = random.nextInt(versions.length);
        page.clear();
        data.put(page, FILE, index, ++versions[index]);
        page.flip();
        while (page.hasRemaining()) {
          channel.write(page, (long) index * PageData.PAGE_BYTES + page.position());
        }
      }
      if (settings.fsync()) {
        channel.force(true);
      }
    }
  }

  void checkAll() throws IOException {
    try (FileChannel channel = FileChannel.open(file, READ)) {
      for (int i = 0; i < versions.length; i++) {
        checkPage(channel, i);
      }
    }
  }

  void delete() throws IOException {
    Files.delete(file);
  }

  private void checkPage(FileChannel channel, int index) throws IOException {
    long offset = (long) index * PageData.PAGE_BYTES;
    page.clear();
    while (page.hasRemaining()) {
      if (channel.read(page, offset + page.position()) < 0) {
        throw new EOFException(file + " ends at " + (offset + page.position()));
      }
    }
    page.flip();
    if (!data.check(page, FILE, index, versions[index])) {
      throw new WrongDataException(file, offset);
    }
  }
}
