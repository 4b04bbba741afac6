package io.dfs.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A tree like that of a large program's sources: always the same for the same numbers. */
final class SourceTree {
  private SourceTree() {}

  /**
   * Files of 0 to 300 KB in nested directories, with symbolic links, hard links, odd modes and
   * nanosecond times.
   */
  static void make(Path root, int files, long seed) {
    Random random = new Random(seed);
    try {
      List<Path> directories = new ArrayList<>(List.of(Files.createDirectories(root)));
      for (int i = 0; i < Math.max(3, files / 15); i++) {
        Path parent = directories.get(random.nextInt(directories.size()));
        if (parent.getNameCount() - root.getNameCount() < 8) {
          directories.add(Files.createDirectory(parent.resolve("dir-" + i)));
        }
      }
      Path last = null;
      for (int i = 0; i < files; i++) {
        Path directory = directories.get(random.nextInt(directories.size()));
        int kind = random.nextInt(100);
        Path path = directory.resolve((kind % 7 == 0 ? "ünïcode " : "file") + i + ".c");
        if (kind == 0) {
          Files.createSymbolicLink(path, Path.of(random.nextBoolean() ? "." : "missing-" + i));
          continue;
        }
        if (kind == 1 && last != null) {
          Files.createLink(path, last);
          continue;
        }
        byte[] content =
            new byte[(int) Math.min(300_000, Math.exp(random.nextGaussian() * 1.3 + 8))];
        if (kind == 2) {
          content = new byte[0];
        } else {
          random.nextBytes(content);
        }
        Files.write(path, content);
        if (kind < 20) {
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(kind < 10 ? "rwxr-xr-x" : "r--r-----"));
        }
        Files.setLastModifiedTime(
            path, FileTime.from(java.time.Instant.ofEpochSecond(1_600_000_000L + i, i * 1000L)));
        last = path;
      }
      for (int i = directories.size() - 1; i >= 0; i--) {
        Files.setLastModifiedTime(
            directories.get(i),
            FileTime.from(java.time.Instant.ofEpochSecond(1_500_000_000L + i, 7)));
      }
      if (Files.exists(root, LinkOption.NOFOLLOW_LINKS) && files == 0) {
        throw new IllegalArgumentException("a tree without files");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
