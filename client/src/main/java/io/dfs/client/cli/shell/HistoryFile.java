package io.dfs.client.cli.shell;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the lines of earlier shells are kept: for their user alone, as they may name anything. */
public final class HistoryFile {
  private HistoryFile() {}

  /**
   * The file, which is made when there is none yet.
   *
   * @param state the value of XDG_STATE_HOME; what is not absolute does not count
   * @param home the user's directory
   * @throws IOException when it cannot be written
   */
  public static Path prepare(@Nullable String state, @Nullable String home) throws IOException {
    boolean given = state != null && state.startsWith("/");
    Path folder =
        given
            ? Path.of(Objects.requireNonNull(state), "dfs")
            : Path.of(home == null ? "/" : home, ".local/state/dfs");
    Files.createDirectories(folder);
    Path file = folder.resolve("shell-history");
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    if (!Files.isWritable(file)) {
      throw new AccessDeniedException(file.toString());
    }
    return file;
  }
}
