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

/**
 * The directory of the disk tier, locked while this is open. Immutable.
 *
 * <pre>
 * lock      locked by the client that uses the directory
 * cluster   the id of the cluster whose blocks these are
 * blocks/   see {@link BlockFile}; nobody else may look into it
 * </pre>
 */
final class CacheDirectory implements AutoCloseable {
  private final Path path;
  private final FileChannel lock;

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
    FileChannel channel = null;
    try {
      Files.createDirectories(path.resolve("blocks"));
      PosixFileAttributeView view =
          Files.getFileAttributeView(path.resolve("blocks"), PosixFileAttributeView.class);
      if (view != null) {
        view.setPermissions(PosixFilePermissions.fromString("rwx------"));
      }
      channel =
          FileChannel.open(
              path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() != null) {
        return new CacheDirectory(path, channel);
      }
    } catch (OverlappingFileLockException e) {
      // By this very process; told below.
    } catch (IOException e) {
      close(channel);
      throw new FsException(
          Errno.EIO, "cannot use cache-dir " + path + ": " + e + "; mend or change it", e);
    }
    close(channel);
    throw new FsException(
        Errno.EBUSY,
        "cache-dir "
            + path
            + " is in use by another client; give each mount a cache-dir of its own");
  }

  private static void close(java.nio.channels.@org.jspecify.annotations.Nullable Channel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // It was only to be locked.
      }
    }
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
    close(lock);
  }
}
