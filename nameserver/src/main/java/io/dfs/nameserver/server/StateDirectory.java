package io.dfs.nameserver.server;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a nameserver, locked against other processes: {@code dfs-nameserver} marks it
 * and carries the lock, {@code db} is the database.
 */
final class StateDirectory implements AutoCloseable {
  private static final String MARK = "dfs-nameserver";

  private final Path directory;
  private final FileChannel mark;

  private StateDirectory(Path directory, FileChannel mark) {
    this.directory = directory;
    this.mark = mark;
  }

  /** Makes the directory if need be, and locks it. EACCES, EEXIST when foreign, EBUSY. */
  static StateDirectory lock(Path directory) {
    return lock(directory, false);
  }

  private static StateDirectory lock(Path directory, boolean restored) {
    try {
      Files.createDirectories(directory);
      if (!restored && !Files.exists(directory.resolve(MARK)) && !isEmpty(directory)) {
        throw new FsException(
            Errno.EEXIST,
            directory
                + " is not empty and not a nameserver's directory; choose another with --dir");
      }
      FileChannel mark =
          FileChannel.open(
              directory.resolve(MARK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(mark) == null) {
        mark.close();
        throw new FsException(
            Errno.EBUSY, directory + " is in use by another nameserver; stop that one first");
      }
      return new StateDirectory(directory, mark);
    } catch (IOException e) {
      throw new FsException(
          Errno.EACCES,
          "cannot use directory "
              + directory
              + " ("
              + e.getClass().getSimpleName()
              + "); it must be writable by this user",
          e);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  Path database() {
    return database(directory);
  }

  /** Of the database while it is in use; emptied at each start. */
  Path checkpoints() {
    return directory.resolve("checkpoints");
  }

  /** What the dashboard's charts show; of no use to anything else. */
  Path chartHistory() {
    return directory.resolve("charts.json");
  }

  /** For sorting; emptied after use. */
  Path scratch() {
    return directory.resolve("scratch");
  }

  /** Marks a directory in which a database was restored. */
  static void mark(Path directory) {
    lock(directory, true).close();
  }

  static Path database(Path directory) {
    return directory.resolve("db");
  }

  /** Uid and gid of the directory's owner, 0 where the system has none. */
  int[] owner() {
    try {
      Map<String, Object> owner = Files.readAttributes(directory, "unix:uid,gid");
      return new int[] {(Integer) owner.get("uid"), (Integer) owner.get("gid")};
    } catch (IOException | UnsupportedOperationException e) {
      return new int[] {0, 0};
    }
  }

  @Override
  public void close() {
    try {
      mark.close();
    } catch (IOException e) {
      throw new FsException(Errno.EIO, "cannot unlock " + directory, e);
    }
  }
}
