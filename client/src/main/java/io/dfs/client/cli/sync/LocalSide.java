package io.dfs.client.cli.sync;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A directory of this machine. Shared. */
public final class LocalSide implements Side {
  private final Path root;

  public LocalSide(Path root) {
    this.root = root;
  }

  /** As other programs call it. */
  public Path path(String path) {
    return path.isEmpty() ? root : root.resolve(path);
  }

  @Override
  public Map<String, SyncEntry> list(String directory) throws IOException {
    Map<String, SyncEntry> entries = new TreeMap<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(path(directory))) {
      for (Path each : stream) {
        try {
          SyncEntry entry = entry(each);
          entries.put(entry.name(), entry);
        } catch (NoSuchFileException e) {
          // Removed since it was listed.
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  @Override
  public @Nullable SyncEntry find(String path) throws IOException {
    try {
      return entry(path(path));
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private static SyncEntry entry(Path path) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(
            path, "unix:mode,size,lastModifiedTime,ino,dev,nlink", LinkOption.NOFOLLOW_LINKS);
    int mode = (int) value(attributes, "mode");
    SyncEntry.Type type =
        switch (mode & 0170000) {
          case 0100000 -> SyncEntry.Type.FILE;
          case 0040000 -> SyncEntry.Type.DIRECTORY;
          case 0120000 -> SyncEntry.Type.SYMLINK;
          default -> SyncEntry.Type.OTHER;
        };
    return new SyncEntry(
        String.valueOf(path.getFileName()),
        type,
        (long) value(attributes, "size"),
        ((FileTime) value(attributes, "lastModifiedTime")).toInstant(),
        mode & 07777,
        List.of(value(attributes, "dev"), value(attributes, "ino")),
        (int) value(attributes, "nlink"));
  }

  private static Object value(Map<String, Object> attributes, String name) {
    return Objects.requireNonNull(attributes.get(name), name);
  }

  @Override
  public String readlink(String path) throws IOException {
    return Files.readSymbolicLink(path(path)).toString();
  }

  @Override
  public void mkdir(String path) throws IOException {
    Files.createDirectories(path(path));
  }

  @Override
  public void symlink(String target, String path) throws IOException {
    Files.createSymbolicLink(path(path), Path.of(target));
  }

  @Override
  public void link(String existing, String path) throws IOException {
    Files.createLink(path(path), path(existing));
  }

  @Override
  public void delete(String path) throws IOException {
    Files.walkFileTree(
        path(path),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes unused)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void mode(String path, int mode) throws IOException {
    Files.setAttribute(path(path), "unix:mode", mode);
  }

  @Override
  public void time(String path, SyncEntry like) throws IOException {
    Files.setLastModifiedTime(path(path), FileTime.from(like.changed()));
  }
}
