package io.dfs.fusemount.mount;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.mount.MountTable.Mounted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory to mount at. Immutable.
 *
 * <p>A mount whose daemon hangs makes every call on it hang. So whatever touches the mount point
 * runs in another process, which can be given up.
 */
public final class MountPoint {
  private static final Logger LOG = LoggerFactory.getLogger(MountPoint.class);
  private static final Duration TOUCH_LIMIT = Duration.ofSeconds(10);

  /** Eight requests of the engine ahead. */
  private static final String READ_AHEAD_KB = "1024";

  private final Path path;

  private MountPoint(Path path) {
    this.path = path;
  }

  /** Nothing is checked yet. */
  public static MountPoint at(String path) {
    return new MountPoint(absolute(Path.of(path)));
  }

  /** The parent's real path and the last name, so that the mount point itself is not touched. */
  private static Path absolute(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      return absolute;
    }
    try {
      return parent.toRealPath().resolve(name);
    } catch (IOException e) {
      return absolute;
    }
  }

  public Path path() {
    return path;
  }

  /** Whether a dfs is mounted here, dead or alive. */
  public boolean isMounted() {
    return device().isPresent();
  }

  /** The number that sysfs calls the dfs by which is mounted here. */
  public Optional<String> device() {
    return MountTable.at(path).filter(Mounted::isDfs).map(Mounted::device);
  }

  /**
   * Makes sure that a mount can go here; a dfs mount whose daemon is gone is cleared away.
   *
   * @return the mount point with symbolic links resolved
   * @throws FsException ENOENT, ENOTDIR; EBUSY when a dfs is mounted here
   */
  public MountPoint check() {
    Optional<Mounted> mounted = MountTable.at(path).filter(Mounted::isDfs);
    if (mounted.isPresent()) {
      if (!isDead()) {
        throw new FsException(
            Errno.EBUSY,
            path + ": " + mounted.get().source() + " is mounted here already; use dfs umount");
      }
      LOG.warn("{}: clearing away a dead mount of {}", path, mounted.get().source());
      unmount(true);
    }
    if (!Files.exists(path)) {
      throw new FsException(Errno.ENOENT, path + ": no such directory; make it first (mkdir -p)");
    }
    if (!Files.isDirectory(path)) {
      throw new FsException(Errno.ENOTDIR, path + ": not a directory; mount at a directory");
    }
    try {
      return new MountPoint(path.toRealPath());
    } catch (IOException e) {
      throw new FsException(Errno.EIO, path + ": cannot resolve it: " + e.getMessage(), e);
    }
  }

  /** A dead mount answers ENOTCONN; one that does not answer at all may be alive. */
  private boolean isDead() {
    Outcome outcome = run(List.of("stat", "--", path.toString()), TOUCH_LIMIT);
    return outcome.code() != 0 && outcome.text().contains("not connected");
  }

  /** Waits until a program can use the mount; false when it cannot within the limit. */
  public boolean awaitUsable(Duration limit) {
    return run(List.of("stat", "-f", "--", path.toString()), limit).code() == 0;
  }

  /** Lets the kernel read further ahead than its default of one request; only root may. */
  public void raiseReadAhead() {
    Optional<String> device = device();
    if (device.isEmpty()) {
      return;
    }
    Path setting = Path.of("/sys/class/bdi", device.get(), "read_ahead_kb");
    try {
      Files.writeString(setting, READ_AHEAD_KB);
    } catch (IOException e) {
      LOG.debug("the kernel's read-ahead stays as it is: {}", e.toString());
    }
  }

  /**
   * Unmounts, as root or as an ordinary user.
   *
   * @param lazy out of the tree at once, even if programs use it
   * @throws FsException EBUSY when programs use it; EPERM and others with the reason
   */
  public void unmount(boolean lazy) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      // -i: a helper umount.fuse.dfs, if there is one, would call us again.
      command.addAll(List.of("umount", "-i"));
    } else {
      command.addAll(List.of("fusermount", "-u"));
    }
    if (lazy) {
      command.add(isRoot() ? "-l" : "-z");
    }
    command.addAll(List.of("--", path.toString()));
    Outcome outcome = run(command, Duration.ofSeconds(60));
    if (outcome.code() != 0 && isMounted()) {
      boolean busy = outcome.text().contains("busy");
      throw new FsException(
          busy ? Errno.EBUSY : Errno.EPERM,
          busy
              ? path + ": programs use it; end them (fuser -vm " + path + ") or unmount lazily"
              : path + ": cannot unmount: " + outcome.text());
    }
  }

  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** Whether an ordinary user may let others use the mount. */
  public static boolean othersMayBeAllowed() {
    if (isRoot()) {
      return true;
    }
    try {
      return Files.readAllLines(Path.of("/etc/fuse.conf")).stream()
          .anyMatch(line -> line.strip().equals("user_allow_other"));
    } catch (IOException e) {
      return false;
    }
  }

  private record Outcome(int code, String text) {}

  private static Outcome run(List<String> command, Duration limit) {
    Process process = null;
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Outcome(-1, command.get(0) + " did not end within " + limit.toSeconds() + " s");
      }
      String text = new String(process.getInputStream().readAllBytes(), PathEncoding.charset());
      return new Outcome(process.exitValue(), text.strip());
    } catch (IOException e) {
      return new Outcome(-1, e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome(-1, "interrupted");
    } finally {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }
}
