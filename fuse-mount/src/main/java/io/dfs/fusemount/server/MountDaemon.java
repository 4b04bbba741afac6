package io.dfs.fusemount.server;

import io.dfs.client.profile.Profile;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.Engine;
import io.dfs.fusemount.mount.MountPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mount from beginning to end. Shared.
 *
 * <pre>
 * mount ---usable---> serving ---umount(8), or a first signal and nobody uses it---> flushed, ended
 *                        |                                                              ^
 *                        +---a second signal: out of the tree, programs or not----------+
 * </pre>
 *
 * <p>None of its threads touches the mount: that could wait for itself. It asks other processes.
 */
public final class MountDaemon {
  private static final Logger LOG = LoggerFactory.getLogger(MountDaemon.class);
  private static final Duration USABLE_LIMIT = Duration.ofSeconds(30);

  /** How long programs have after a forced unmount to close what they have open. */
  private static final Duration FORCED_GRACE = Duration.ofSeconds(5);

  private final MountPoint mountPoint;
  private final String source;
  private final Profile profile;
  private final List<Path> pidFiles;
  private final List<Path> readyFiles;
  private final AtomicInteger signals = new AtomicInteger();

  /**
   * @param mountPoint checked
   * @param source what mount(8) shows in front of it
   * @param profile is shown while it is mounted
   * @param pidFiles get the process id, and go in the end
   * @param readyFiles are made when the mount is usable
   */
  public MountDaemon(
      MountPoint mountPoint,
      String source,
      Profile profile,
      List<Path> pidFiles,
      List<Path> readyFiles) {
    this.profile = profile;
    this.mountPoint = mountPoint;
    this.source = source;
    this.pidFiles = List.copyOf(pidFiles);
    this.readyFiles = List.copyOf(readyFiles);
  }

  /**
   * Mounts, serves until the unmount, and releases what programs left open. The caller then closes
   * the client, which flushes.
   *
   * @param mount mounts at the mount point and serves
   * @throws FsException when the mount does not become usable
   */
  public void run(Vfs vfs, Supplier<Engine> mount, Runnable onUsable) throws InterruptedException {
    Engine engine = mount.get();
    new WarmUp(vfs).start();
    Thread end = new Thread(() -> awaitUnmount(engine), "mount-end");
    end.setDaemon(true);
    end.start();
    Signals.onEnd(() -> endBySignal(end));
    DaemonFile daemonFile = DaemonFile.of(MountPoint.isRoot(), mountPoint.device().orElse("none"));
    ProfileServer profileServer = null;
    try {
      awaitUsable(end);
      daemonFile.write();
      profileServer = daemonFile.show(profile);
      mountPoint.raiseReadAhead();
      writeFiles();
      onUsable.run();
      LOG.info("mounted {} at {}", source, mountPoint.path());
      end.join();
      LOG.info("unmounted {} at {}", source, mountPoint.path());
    } finally {
      if (profileServer != null) {
        profileServer.close();
      }
      daemonFile.remove();
      pidFiles.forEach(MountDaemon::delete);
    }
  }

  private static void awaitUnmount(Engine engine) {
    try {
      engine.awaitUnmount();
    } catch (InterruptedException e) {
      LOG.debug("not waiting any longer for the programs that use the mount");
    }
  }

  private void awaitUsable(Thread end) throws InterruptedException {
    if (mountPoint.awaitUsable(USABLE_LIMIT) || !end.isAlive()) {
      return;
    }
    mountPoint.unmount(true);
    end.join(FORCED_GRACE.toMillis());
    throw new FsException(
        Errno.EIO,
        mountPoint.path() + ": mounted, but does not answer; see whether the servers run");
  }

  /** Each signal on a thread of its own. */
  private void endBySignal(Thread end) {
    boolean force = signals.incrementAndGet() > 1;
    LOG.info("ending by a signal{}", force ? ", whoever uses the mount" : "");
    try {
      mountPoint.unmount(force);
    } catch (FsException e) {
      LOG.warn("{}; a second signal forces it", e.getMessage());
      return;
    }
    if (force) {
      try {
        end.join(FORCED_GRACE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      end.interrupt();
    }
  }

  private void writeFiles() {
    try {
      for (Path file : pidFiles) {
        Files.writeString(file, ProcessHandle.current().pid() + "\n");
      }
      for (Path file : readyFiles) {
        Files.writeString(file, "ready\n");
      }
    } catch (IOException e) {
      LOG.warn("cannot write the file that says that the mount is usable: {}", e.toString());
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("{} stays: {}", file, e.toString());
    }
  }

  /**
   * Unmounts from another process and waits until the mount's process has written everything.
   *
   * @throws FsException EINVAL when no dfs is mounted there; EBUSY; ETIMEDOUT
   */
  public static void unmount(MountPoint mountPoint, boolean lazy, Duration limit) {
    String device =
        mountPoint
            .device()
            .orElseThrow(
                () ->
                    new FsException(Errno.EINVAL, mountPoint.path() + ": no dfs is mounted here"));
    var process = DaemonFile.of(MountPoint.isRoot(), device).process();
    mountPoint.unmount(lazy);
    if (process.isEmpty()) {
      return;
    }
    try {
      process.get().onExit().get(limit.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new FsException(
          Errno.ETIMEDOUT,
          mountPoint.path()
              + ": unmounted, but its process "
              + process.get().pid()
              + " has not ended within "
              + limit.toSeconds()
              + " s; see whether the servers run",
          e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw FsException.of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
