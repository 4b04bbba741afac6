package io.dfs.fusemount.server;

import io.dfs.client.profile.Profile;
import io.dfs.client.profile.ProfileSocket;
import io.dfs.client.profile.RuntimeFolders;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.takeover.Holder;
import io.dfs.fusemount.takeover.TakeoverServer;
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

  private final String device;

  private DaemonFile(@Nullable Path file, String device) {
    this.file = file;
    this.device = device;
  }

  /** Of the mount with this device number. */
  static DaemonFile of(boolean root, String device) {
    return new DaemonFile(
        RuntimeFolders.own(root)
            .map(folder -> folder.resolve("mount-" + device.replace(':', '-') + ".pid"))
            .orElse(null),
        device);
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

  /** Shows what the mount does at a socket beside the file; null when that cannot be. */
  @Nullable ProfileServer show(Profile profile) {
    if (file == null) {
      return null;
    }
    try {
      return ProfileServer.start(profile, file.resolveSibling(ProfileSocket.name(device)));
    } catch (IOException e) {
      LOG.warn("dfs profile cannot look at this mount: {}", e.toString());
      return null;
    }
  }

  /** The socket at which another process may take the mount over; empty when it has none. */
  Optional<Path> takeoverSocket() {
    return Optional.ofNullable(file)
        .map(f -> f.resolveSibling("mount-" + device.replace(':', '-') + ".takeover"));
  }

  /** Has another process take the mount over; null when that cannot be. */
  @Nullable TakeoverServer offer(Holder holder) {
    Optional<Path> socket = takeoverSocket();
    if (socket.isEmpty()) {
      return null;
    }
    try {
      return TakeoverServer.start(socket.get(), holder);
    } catch (IOException | FsException | LinkageError e) {
      LOG.warn("no other process can take this mount over: {}", e.toString());
      return null;
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
