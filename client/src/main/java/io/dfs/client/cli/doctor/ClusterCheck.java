package io.dfs.client.cli.doctor;

import io.dfs.client.ClientConfig;
import io.dfs.client.api.Dfs;
import io.dfs.common.config.HostPort;
import io.dfs.common.config.Quantity;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Problem;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.Severity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Whether the cluster can be reached and is well, seen from this machine. Confined. */
public final class ClusterCheck {
  private static final int CONNECT_MS = 3000;

  /** Times of files and logs of different machines can still be compared. */
  private static final long CLOCK_WARN_MS = 2000;

  /** Caches that go by times of files go wrong. */
  private static final long CLOCK_ERROR_MS = 60_000;

  private static final double FREE_WARN = 0.10;
  private static final double FREE_ERROR = 0.03;

  private final String version;
  private final Consumer<Finding> found;

  /**
   * @param version of this program
   */
  public ClusterCheck(String version, Consumer<Finding> found) {
    this.version = version;
    this.found = found;
  }

  /** Looks at the ports of the nameservers; true when one of them takes connections. */
  public boolean nameservers(List<HostPort> addresses) {
    boolean any = false;
    for (HostPort address : addresses) {
      any |=
          port(
              "nameserver " + address,
              address,
              "start it (dfs nameserver), or give the right address: --nameserver,"
                  + " DFS_NAMESERVER or [client] nameservers");
    }
    return any;
  }

  private boolean port(String subject, HostPort address, String action) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MS);
      found.accept(Finding.ok(subject, "takes connections"));
      return true;
    } catch (IOException e) {
      String why =
          e instanceof java.net.UnknownHostException || e.getMessage() == null
              ? "its name is not known here"
              : e.getMessage().toLowerCase(Locale.ROOT);
      found.accept(Finding.error(subject, "cannot be reached: " + why, action));
      return false;
    }
  }

  /** Looks at everything that the cluster tells. */
  public void look(Dfs dfs) {
    Reply.ClusterStatus status = dfs.status();
    for (Problem p : status.problems()) {
      found.accept(
          new Finding(
              p.severity() == Severity.ERROR
                  ? Finding.Level.ERROR
                  : p.severity() == Severity.WARN ? Finding.Level.WARN : Finding.Level.OK,
              "cluster",
              p.what(),
              p.action()));
    }
    if (status.problems().isEmpty()) {
      found.accept(Finding.ok("cluster", status.clusterId() + " has no problems"));
    }
    clock("nameserver", () -> Dfs.await(dfs.vfs().ask(new Query.GetStats(), Reply.Stats.class)));
    sameVersion("nameserver", status.version());
    for (ServerInfo server : status.servers()) {
      if (server.state() != ServerInfo.State.REMOVED) {
        server(dfs, server);
      }
    }
  }

  private void server(Dfs dfs, ServerInfo server) {
    String subject = "dataserver " + server.id().value() + " (" + server.address() + ")";
    HostPort address;
    try {
      address = HostPort.parse(server.address());
    } catch (IllegalArgumentException e) {
      found.accept(Finding.error(subject, "has no address: " + e.getMessage(), "set advertise"));
      return;
    }
    if (!port(
        subject,
        address,
        "start it, or open the way to its port; set advertise if the address is wrong from here")) {
      return;
    }
    clock(
        subject,
        () ->
            Dfs.await(dfs.vfs().ask(server.id(), new ChunkRequest.GetStats(), Reply.Stats.class)));
    sameVersion(subject, server.version());
    space(subject, server);
    if (server.failedDisks() > 0) {
      found.accept(
          Finding.error(
              subject,
              server.failedDisks() + " of its disks are out of use",
              "see its log; replace the disk and take its folder out of directories"));
    }
  }

  private void space(String subject, ServerInfo server) {
    double free =
        server.capacityBytes() == 0 ? 0 : (double) server.freeBytes() / server.capacityBytes();
    String text =
        Quantity.formatBytes(server.freeBytes())
            + " free of "
            + Quantity.formatBytes(server.capacityBytes());
    String action = "add a dataserver or a disk, or delete something (dfs trash empty)";
    found.accept(
        free >= FREE_WARN
            ? Finding.ok(subject, text)
            : free >= FREE_ERROR
                ? Finding.warn(subject, text, action)
                : Finding.error(subject, text, action));
  }

  private void sameVersion(String subject, String other) {
    found.accept(
        other.equals(version)
            ? Finding.ok(subject, "version " + other)
            : Finding.warn(
                subject,
                "version " + other + ", this program " + version,
                "upgrade all to one version, the nameserver first"));
  }

  private void clock(String subject, Supplier<Reply.Stats> question) {
    try {
      long askedMs = System.currentTimeMillis();
      long theirsMs = question.get().nowMs();
      long answeredMs = System.currentTimeMillis();
      // It was read somewhere between.
      long offMs =
          theirsMs < askedMs
              ? askedMs - theirsMs
              : theirsMs > answeredMs ? theirsMs - answeredMs : 0;
      found.accept(clock(subject, offMs));
    } catch (FsException e) {
      found.accept(
          Finding.warn(subject, "does not tell its time: " + e.getMessage(), "upgrade it"));
    }
  }

  static Finding clock(String subject, long offMs) {
    String text = "its clock is off by " + Quantity.formatDuration(Duration.ofMillis(offMs));
    String action = "have all machines set their clocks by NTP (chrony, systemd-timesyncd)";
    return offMs < CLOCK_WARN_MS
        ? Finding.ok(subject, "its clock agrees with this machine's")
        : offMs < CLOCK_ERROR_MS
            ? Finding.warn(subject, text, action)
            : Finding.error(subject, text, action);
  }

  /** Says that nobody could be asked. */
  public void unreachable(FsException failure) {
    found.accept(
        Finding.error("cluster", String.valueOf(failure.getMessage()), "see the lines above"));
  }

  /** Whether the settings of a client can be used, as a finding. */
  public static Finding usable(ClientConfig config, String where) {
    return config
        .cacheDir()
        .map(
            directory ->
                java.nio.file.Files.isWritable(directory) || !java.nio.file.Files.exists(directory)
                    ? Finding.ok("configuration", where)
                    : Finding.warn(
                        "configuration",
                        where + ": cache-dir " + directory + " cannot be written by this user",
                        "chown it to who mounts, or choose another"))
        .orElseGet(() -> Finding.ok("configuration", where));
  }
}
