package io.dfs.client.cache;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/**
 * The directory of the disk tier, locked while this is open. Confined to one thread at a time.
 *
 * <pre>
 * lock      locked by the client that uses the directory
 * cluster   the id of the cluster whose blocks these are
 * blocks/   see {@link BlockFile}; nobody else may look into it
 * </pre>
 */
final class CacheDirectory implements AutoCloseable {
  private static final int LOOK_MS = 20;

  private final Path path;
  private final FileChannel lock;
  private boolean locked;

  private CacheDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Makes the directory if need be and locks it.
   *
   * @throws FsException EBUSY when another client uses it, EIO when it cannot be used
   */
  static CacheDirectory open(Path path) {
    CacheDirectory directory = unlocked(path);
    try {
      if (directory.tryLock()) {
        return directory;
      }
    } catch (IOException e) {
      directory.close();
      throw unusable(path, e);
    }
    directory.close();
    throw new FsException(
        Errno.EBUSY,
        "cache-dir "
            + path
            + " is in use by another client; give each mount a cache-dir of its own");
  }

  /**
   * Makes the directory if need be, and leaves it to whom it belongs until {@link #awaitLock}.
   *
   * @throws FsException EIO when it cannot be used
   */
  static CacheDirectory unlocked(Path path) {
    try {
      Files.createDirectories(path.resolve("blocks"));
      PosixFileAttributeView view =
          Files.getFileAttributeView(path.resolve("blocks"), PosixFileAttributeView.class);
      if (view != null) {
        view.setPermissions(PosixFilePermissions.fromString("rwx------"));
      }
      return new CacheDirectory(
          path,
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  private static FsException unusable(Path path, IOException e) {
    return new FsException(
        Errno.EIO, "cannot use cache-dir " + path + ": " + e + "; mend or change it", e);
  }

  private boolean tryLock() throws IOException {
    if (locked) {
      return true;
    }
    try {
      locked = lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // By this very process.
      return false;
    }
    return locked;
  }

  /** Whether it is locked for this client, within the time. */
  boolean awaitLock(int ms) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    while (!tryLock()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  Path path() {
    return path;
  }

  Path blocks() {
    return path.resolve("blocks");
  }

  /** Whether the blocks are of this cluster; an empty directory becomes its own. */
  boolean claim(String clusterId) throws IOException {
    Path file = path.resolve("cluster");
    try {
      return Files.readString(file).strip().equals(clusterId);
    } catch (NoSuchFileException e) {
      Files.writeString(file, clusterId + "\n");
      return true;
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      // It was only to be locked.
    }
  }
}
