package io.dfs.client.cli.sync;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One of the two directories. Shared. Paths are relative to it, with slashes; the empty one is the
 * directory itself. Methods throw {@link IOException} or {@link io.dfs.common.error.FsException}.
 */
public interface Side {
  /** The entries of a directory by name, sorted; symbolic links themselves. */
  Map<String, SyncEntry> list(String directory) throws IOException;

  /** Null when there is none. */
  @Nullable SyncEntry find(String path) throws IOException;

  String readlink(String path) throws IOException;

  /** Makes a directory, and for the empty path those above it. */
  void mkdir(String path) throws IOException;

  void symlink(String target, String path) throws IOException;

  /** Makes {@code path} another name of the file {@code existing}. */
  void link(String existing, String path) throws IOException;

  /** Removes whatever it is, with all in it. */
  void delete(String path) throws IOException;

  /** Gives a file or directory the mode of another. */
  void mode(String path, int mode) throws IOException;

  /** Gives a directory the time of change of another. */
  void time(String path, SyncEntry like) throws IOException;
}
