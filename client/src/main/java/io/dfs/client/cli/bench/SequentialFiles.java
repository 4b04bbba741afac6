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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Files written and read from beginning to end, one by each of several threads at once. */
final class SequentialFiles {
  /** What cp and tar's kin use today; large enough that the cost of a system call does not show. */
  private static final int CALL_BYTES = 1 << 20;

  private final List<Path> files = new ArrayList<>();
  private final PageData data;
  private final long fileBytes;
  private final boolean fsync;

  SequentialFiles(Path work, PageData data, BenchSettings settings, int streams) {
    for (int i = 0; i < streams; i++) {
      files.add(work.resolve("sequential-" + i));
    }
    this.data = data;
    // The same total for every number of streams, so that it fits the same caches.
    this.fileBytes = Math.max(CALL_BYTES, settings.fileBytes() / streams / CALL_BYTES * CALL_BYTES);
    this.fsync = settings.fsync();
  }

  long totalBytes() {
    return fileBytes * files.size();
  }

  void write() throws IOException, InterruptedException {
    together(this::writeFile);
  }

  void read() throws IOException, InterruptedException {
    together(this::readFile);
  }

  void sync() throws IOException {
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, WRITE)) {
        channel.force(true);
      }
    }
  }

  void delete() throws IOException {
    for (Path file : files) {
      Files.delete(file);
    }
  }

  private void writeFile(int index) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CALL_BYTES);
    try (FileChannel channel = FileChannel.open(files.get(index), CREATE_NEW, WRITE)) {
      for (long offset = 0; offset < fileBytes; offset += CALL_BYTES) {
        buffer.clear();
        while (buffer.hasRemaining()) {
          data.put(buffer, index, (offset + buffer.position()) / PageData.PAGE_BYTES, 0);
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      if (fsync) {
        channel.force(true);
      }
    }
  }

  private void readFile(int index) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CALL_BYTES);
    try (FileChannel channel = FileChannel.open(files.get(index), READ)) {
      for (long offset = 0; offset < fileBytes; offset += CALL_BYTES) {
        buffer.clear();
        while (buffer.hasRemaining()) {
          if (channel.read(buffer) < 0) {
            throw new EOFException(files.get(index) + " ends at " + (offset + buffer.position()));
          }
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          long at = offset + buffer.position();
          if (!data.check(buffer, index, at / PageData.PAGE_BYTES, 0)) {
            throw new WrongDataException(files.get(index), at);
          }
        }
      }
    }
  }

  private void together(FileWork work) throws IOException, InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(files.size());
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        int index = i;
        running.add(
            threads.submit(
                () -> {
                  work.run(index);
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  @FunctionalInterface
  private interface FileWork {
    void run(int index) throws IOException;
  }
}
