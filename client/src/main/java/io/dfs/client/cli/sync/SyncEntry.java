package io.dfs.client.cli.sync;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a directory of either side.
 *
 * @param mode the permission bits, 07777 at most
 * @param key the same for all names of one file on one side
 * @param names how many the file has
 */
record SyncEntry(
    String name, Type type, long bytes, Instant changed, int mode, Object key, int names) {
  enum Type {
    FILE,
    DIRECTORY,
    SYMLINK,
    OTHER
  }

  boolean isDirectory() {
    return type == Type.DIRECTORY;
  }

  /** Whether a file has what the other one has, by size and time of change. */
  boolean sameContent(@Nullable SyncEntry other) {
    return other != null && other.type == type && other.bytes == bytes && sameTime(other);
  }

  /** To the microsecond: not all filesystems keep more. */
  boolean sameTime(SyncEntry other) {
    return changed
        .truncatedTo(ChronoUnit.MICROS)
        .equals(other.changed.truncatedTo(ChronoUnit.MICROS));
  }
}
