package io.dfs.client.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Empty files in one directory: made, looked at, listed, renamed and removed. */
final class Names {
  private final Path directory;
  private final int count;

  Names(Path directory, int count) {
    this.directory = directory;
    this.count = count;
  }

  void create() throws IOException {
    Files.createDirectory(directory);
    for (int i = 0; i < count; i++) {
      Files.createFile(directory.resolve("file-" + i));
    }
  }

  void stat() throws IOException {
    for (int i = 0; i < count; i++) {
      long size = Files.size(directory.resolve("file-" + i));
      if (size != 0) {
        throw new WrongDataException(directory.resolve("file-" + i), 0);
      }
    }
  }

  void list() throws IOException {
    int found = Bench.count(directory);
    if (found != count) {
      throw new IOException(
          directory + " lists " + found + " entries, but " + count + " were made");
    }
  }

  void rename() throws IOException {
    for (int i = 0; i < count; i++) {
      Files.move(directory.resolve("file-" + i), directory.resolve("renamed-" + i));
    }
  }

  void unlink() throws IOException {
    for (int i = 0; i < count; i++) {
      Files.delete(directory.resolve("renamed-" + i));
    }
    Files.delete(directory);
  }
}
