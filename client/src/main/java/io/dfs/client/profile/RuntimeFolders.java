package io.dfs.client.profile;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where running mounts have their small files: process ids, and sockets to look at them. */
public final class RuntimeFolders {
  private static final Path SYSTEM = Path.of("/run/dfs");
  private static final Path USERS = Path.of("/run/user");

  private RuntimeFolders() {}

  /** That of root, or of this user: in XDG_RUNTIME_DIR, else where the logs of mounts are. */
  public static Optional<Path> own(boolean root) {
    if (root) {
      return Optional.of(SYSTEM);
    }
    String state = variable("XDG_STATE_HOME");
    String home = variable("HOME");
    String folder = variable("XDG_RUNTIME_DIR");
    if (folder == null) {
      folder = state != null ? state : home != null ? home + "/.local/state" : null;
    }
    return Optional.ofNullable(folder).map(each -> Path.of(each, "dfs"));
  }

  /** All in which there can be mounts that this process may look at. */
  static List<Path> all() throws IOException {
    List<Path> folders = new ArrayList<>(List.of(SYSTEM));
    own(false).ifPresent(folders::add);
    if (Files.isDirectory(USERS)) {
      try (DirectoryStream<Path> users = Files.newDirectoryStream(USERS)) {
        users.forEach(user -> folders.add(user.resolve("dfs")));
      }
    }
    return folders;
  }

  private static @Nullable String variable(String name) {
    String value = System.getenv(name);
    return value == null || value.isEmpty() ? null : value;
  }
}
