package io.dfs.system.kit;

import io.dfs.common.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mounted cluster: the folder, and the daemon behind it. */
public final class Mount implements AutoCloseable {
  /** On a busy machine the usual five seconds may pass before the first answer. */
  private static final String PATIENT = "connect-timeout=60s";

  private final Path at;
  private Daemon daemon;

  /** The engine is the usual one unless the system property {@code dfs.engine} names another. */
  Mount(HostPort cluster, Path at, Path log, List<String> options) {
    this(cluster, at, log, System.getProperty("dfs.engine"), options);
  }

  Mount(HostPort cluster, Path at, Path log, @Nullable String engine, List<String> options) {
    this.at = at;
    try {
      Files.createDirectories(at);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command =
        new ArrayList<>(List.of(Cluster.DFS, "mount", "-f", cluster.toString(), at.toString()));
    if (engine != null) {
      command.add("--engine");
      command.add(engine);
    }
    List<String> all = new ArrayList<>(List.of(PATIENT));
    all.addAll(options);
    command.add("-o");
    command.add(String.join(",", all));
    daemon = new Daemon(command, log);
    awaitUsable();
  }

  private void awaitUsable() {
    try {
      Await.until(
          at + " mounted",
          () -> {
            if (!daemon.isAlive()) {
              throw new IllegalStateException(daemon.logText());
            }
            // By the type: between a dead mount's end and the new one there is a plain directory.
            return isMounted()
                && Shell.attempt(Path.of("/"), Map.of(), "stat", "-f", "-c", "%T", at.toString())
                    .out()
                    .startsWith("fuse");
          });
    } catch (AssertionError e) {
      throw new AssertionError(daemon.logText(), e);
    }
  }

  public Path path() {
    return at;
  }

  public Path path(String name) {
    return at.resolve(name);
  }

  public Daemon daemon() {
    return daemon;
  }

  public boolean isMounted() {
    try {
      return Files.readString(Path.of("/proc/mounts")).contains(" " + at + " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unmounts as a user does, and waits until the daemon has written everything and ended. */
  public void unmount() {
    Shell.run(Path.of("/"), "umount '" + at + "'");
    daemon.await();
  }

  /** Has a new process take the mount over, and waits until the one of before has ended. */
  public void takeOver() {
    Daemon before = daemon;
    Path log = Path.of(at + ".log");
    // From inside the mount, as somebody does.
    String command =
        "cd '" + at + "' && exec '" + Cluster.DFS + "' mount -f --takeover '" + at + "'";
    daemon = new Daemon(List.of("sh", "-c", command), log);
    Await.until(
        at + " taken over",
        () -> {
          if (!daemon.isAlive()) {
            throw new IllegalStateException(daemon.logText());
          }
          return daemon.hasSaid("took over");
        });
    before.await();
  }

  /** Mounts again after {@link #unmount} or a kill. */
  public void mountAgain() {
    daemon.start();
    awaitUsable();
  }

  /** Ends the daemon by force; what is left of the mount is taken away. */
  public void kill() {
    daemon.kill();
    Shell.attempt(Path.of("/"), Map.of(), "umount", "-l", at.toString());
  }

  @Override
  public void close() {
    if (isMounted()) {
      Shell.attempt(Path.of("/"), Map.of(), "umount", at.toString());
    }
    if (isMounted()) {
      Shell.attempt(Path.of("/"), Map.of(), "umount", "-l", at.toString());
    }
    daemon.kill();
  }
}
