package io.dfs.fusemount.server;

import io.dfs.client.profile.Profile;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.Engine;
import io.dfs.fusemount.mount.MountPoint;
import io.dfs.fusemount.takeover.TakeoverServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mount from beginning to end. Shared.
 *
 * <pre>
 * mount ---usable---> serving ---umount(8), or a first signal and nobody uses it---> flushed, ended
 *                        |                                                              ^
 *                        +---a second signal: out of the tree, programs or not----------+
 * serving ---another process has taken the mount over---> ended
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
  private final boolean isHeir;
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
    this(mountPoint, source, profile, pidFiles, readyFiles, false);
  }

  /**
   * As above.
   *
   * @param isHeir whether the mount is there and is taken over from another process
   */
  public MountDaemon(
      MountPoint mountPoint,
      String source,
      Profile profile,
      List<Path> pidFiles,
      List<Path> readyFiles,
      boolean isHeir) {
    this.isHeir = isHeir;
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
    run(vfs, mount, onUsable, (daemonFile, engine, warmUp, over) -> null);
  }

  /**
   * As above, of a mount that another process may take over; the client was told to {@link
   * DfsVfs#leave} then.
   *
   * @param arguments how it was mounted, for that process
   */
  public void run(DfsVfs vfs, Supplier<Engine> mount, Runnable onUsable, List<String> arguments)
      throws InterruptedException {
    run(
        vfs,
        mount,
        onUsable,
        (daemonFile, engine, warmUp, over) ->
            daemonFile.offer(
                new MountHolder(vfs, engine, arguments, warmUp, () -> over.complete(true))));
  }

  /** Offers a mount to other processes; null when that cannot be. */
  private interface Offer {
    @Nullable TakeoverServer begin(
        DaemonFile file, Engine engine, WarmUp warmUp, CompletableFuture<Boolean> over);
  }

  private void run(Vfs vfs, Supplier<Engine> mount, Runnable onUsable, Offer offer)
      throws InterruptedException {
    Engine engine = mount.get();
    WarmUp warmUp = new WarmUp(vfs);
    warmUp.start();
    // Whether another process has the mount; else it is unmounted.
    CompletableFuture<Boolean> over = new CompletableFuture<>();
    Thread end = new Thread(() -> awaitUnmount(engine, over), "mount-end");
    end.setDaemon(true);
    end.start();
    Signals.onEnd(() -> endBySignal(end));
    DaemonFile daemonFile = DaemonFile.of(MountPoint.isRoot(), mountPoint.device().orElse("none"));
    ProfileServer profileServer = null;
    TakeoverServer takeoverServer = null;
    boolean handedOver = false;
    try {
      awaitUsable(end);
      daemonFile.write();
      profileServer = daemonFile.show(profile);
      takeoverServer = offer.begin(daemonFile, engine, warmUp, over);
      mountPoint.raiseReadAhead();
      writeFiles();
      onUsable.run();
      LOG.info("{} {} at {}", isHeir ? "took over" : "mounted", source, mountPoint.path());
      handedOver = over.join();
      LOG.info(
          "{} {} at {}",
          handedOver ? "another process serves" : "unmounted",
          source,
          mountPoint.path());
    } finally {
      if (handedOver) {
        leave(profileServer, takeoverServer);
      } else {
        if (profileServer != null) {
          profileServer.close();
        }
        if (takeoverServer != null) {
          takeoverServer.close();
        }
        daemonFile.remove();
        pidFiles.forEach(MountDaemon::delete);
      }
    }
  }

  /** The files are the other process's by now. */
  private static void leave(
      @Nullable ProfileServer profileServer, @Nullable TakeoverServer takeoverServer) {
    if (profileServer != null) {
      profileServer.leave();
    }
    if (takeoverServer != null) {
      takeoverServer.leave();
    }
  }

  private static void awaitUnmount(Engine engine, CompletableFuture<Boolean> over) {
    try {
      engine.awaitUnmount();
    } catch (InterruptedException e) {
      LOG.debug("not waiting any longer for the programs that use the mount");
    }
    over.complete(false);
  }

  /**
   * The socket at which the process that serves a mount can be asked for it.
   *
   * @throws FsException EINVAL when no dfs is mounted there, EOPNOTSUPP when it has none
   */
  public static Path takeoverSocket(MountPoint mountPoint) {
    String device =
        mountPoint
            .device()
            .orElseThrow(
                () ->
                    new FsException(
                        Errno.EINVAL,
                        mountPoint.path()
                            + ": no dfs is mounted here; leave --takeover out to mount it"));
    return DaemonFile.of(MountPoint.isRoot(), device)
        .takeoverSocket()
        .filter(Files::exists)
        .orElseThrow(
            () ->
                new FsException(
                    Errno.EOPNOTSUPP,
                    mountPoint.path()
                        + ": its process cannot be asked for it: it is another user's, or of a"
                        + " version of dfs that cannot hand a mount over; unmount, and mount"
                        + " again"));
  }

  /** Has dfs umount wait for this process from now on. */
  public static void announce(MountPoint mountPoint) {
    DaemonFile.of(MountPoint.isRoot(), mountPoint.device().orElse("none")).write();
  }

  private void awaitUsable(Thread end) throws InterruptedException {
    if (mountPoint.awaitUsable(USABLE_LIMIT) || !end.isAlive()) {
      return;
    }
    if (isHeir) {
      // Programs use it: it may answer yet.
      LOG.warn("{} does not answer; see whether the servers run", mountPoint.path());
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
