package io.dfs.fusemount.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where {@code dfs umount} finds the process of a mount: a file named after the mount's device
 * number, which holds the process id. Immutable.
 */
final class DaemonFile {
  private static final Logger LOG = LoggerFactory.getLogger(DaemonFile.class);

  private final @Nullable Path file;

  private DaemonFile(@Nullable Path file) {
    this.file = file;
  }

  /** Of the mount with this device number. */
  static DaemonFile of(boolean root, String device) {
    String runtime = root ? "/run" : System.getenv("XDG_RUNTIME_DIR");
    return new DaemonFile(
        runtime == null
            ? null
            : Path.of(runtime, "dfs", "mount-" + device.replace(':', '-') + ".pid"));
  }

  void write() {
    if (file == null) {
      return;
    }
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, ProcessHandle.current().pid() + "\n");
    } catch (IOException e) {
      LOG.warn(
          "cannot write {}: dfs umount will not wait for this process: {}", file, e.toString());
    }
  }

  Optional<ProcessHandle> process() {
    if (file == null) {
      return Optional.empty();
    }
    try {
      return ProcessHandle.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  void remove() {
    if (file == null) {
      return;
    }
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("{} stays: {}", file, e.toString());
    }
  }
}
