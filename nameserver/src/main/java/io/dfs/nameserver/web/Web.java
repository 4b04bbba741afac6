package io.dfs.nameserver.web;

import io.dfs.common.config.HostPort;
import io.dfs.common.http.HttpServer;
import io.dfs.common.message.ClusterRequest.Heartbeat;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.Severity;
import io.dfs.common.message.WorkStatus;
import io.dfs.common.metrics.CallMetrics;
import io.dfs.common.metrics.MeasuredHandler;
import io.dfs.common.metrics.Metrics;
import io.dfs.common.metrics.Metrics.Row;
import io.dfs.common.metrics.MetricsPages;
import io.dfs.common.net.CallHandler;
import io.dfs.nameserver.cluster.Events;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.session.Leases;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The nameserver's HTTP port: metrics, health and the dashboard. Shared. */
public final class Web implements AutoCloseable {
  private static final int SAMPLE_EVERY_S = 2;

  /** What a kill may cost the charts. */
  private static final int KEEP_EVERY_MIN = 10;

  private final Metrics metrics = new Metrics("dfs_nameserver");
  private final CallMetrics calls = metrics.calls();
  private final Activity activity = new Activity();
  private final Traffic traffic = new Traffic();
  private final History history = new History();
  private final HistoryFile historyFile;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "dfs-web-timer");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpServer server;

  /**
   * What can be looked at.
   *
   * @param status as {@code dfs status} has it
   */
  public record Seen(
      Supplier<Reply.ClusterStatus> status,
      Registry registry,
      Leases leases,
      Tables tables,
      Events events) {}

  /**
   * Starts to listen.
   *
   * @param tree whether names of files may be shown
   * @param historyFile keeps what the charts show over a restart
   */
  public Web(HostPort address, boolean tree, Path historyFile, Seen seen) {
    this.historyFile = new HistoryFile(historyFile);
    this.historyFile.read(history);
    calls.listen(activity);
    describe(seen.registry(), seen.leases(), seen.tables());
    describeWork(seen.status());
    server =
        HttpServer.start(
            address,
            new MetricsPages(
                metrics,
                () -> reason(seen.registry()),
                new Pages(seen, history, activity, traffic, tree)));
    var unused =
        timer.scheduleAtFixedRate(
            new Sampler(history, activity, traffic, seen.registry(), seen.leases(), seen.tables()),
            SAMPLE_EVERY_S,
            SAMPLE_EVERY_S,
            TimeUnit.SECONDS);
    var unusedToo =
        timer.scheduleAtFixedRate(
            () -> this.historyFile.write(history),
            KEEP_EVERY_MIN,
            KEEP_EVERY_MIN,
            TimeUnit.MINUTES);
  }

  private void describe(Registry registry, Leases leases, Tables tables) {
    metrics.gauge("sessions", "Clients with a session", leases, Leases::size);
    metrics.gauge(
        "inodes", "Files, directories and the like", tables, t -> t.counter(Counter.INODES));
    metrics.gauge(
        "chunks", "Chunks that files are made of", tables, t -> t.counter(Counter.CHUNKS));
    metrics.gauge("groups", "Placement groups", registry, r -> r.map().groups().size());
    metrics.table(
        "dataserver_up",
        "1 while heartbeats come, 0.5 when some are missing, 0 when the server counts as gone",
        () -> rows(registry, info -> up(info.state())));
    metrics.table(
        "dataserver_capacity_bytes",
        "Size of the disks of a dataserver",
        () -> rows(registry, ServerInfo::capacityBytes));
    metrics.table(
        "dataserver_used_bytes",
        "Bytes in chunks on a dataserver",
        () -> rows(registry, ServerInfo::usedBytes));
    metrics.table(
        "dataserver_free_bytes",
        "What a dataserver may still take",
        () -> rows(registry, ServerInfo::freeBytes));
  }

  private void describeWork(Supplier<Reply.ClusterStatus> status) {
    metrics.table(
        "problems",
        "What is wrong, as dfs status has it",
        () -> {
          Reply.ClusterStatus now = status.get();
          return Arrays.stream(Severity.values())
              .map(
                  severity ->
                      new Row(
                          Map.of("severity", severity.name()),
                          now.problems().stream().filter(p -> p.severity() == severity).count()))
              .toList();
        });
    work("repair", "lost copies", () -> status.get().repair());
    work("balance", "even filling", () -> status.get().balance());
  }

  private void work(String name, String purpose, Supplier<WorkStatus> work) {
    metrics.gauge(name + "_groups", "Groups to change for " + purpose, work, w -> w.get().groups());
    metrics.gauge(
        name + "_left_bytes", "Bytes to copy for " + purpose, work, w -> w.get().bytesLeft());
    metrics.counter(
        name + "_copied_bytes", "Bytes copied for " + purpose, work, w -> w.get().bytesDone());
  }

  private static double up(ServerInfo.State state) {
    return switch (state) {
      case ONLINE -> 1;
      case OFFLINE -> 0;
      default -> 0.5;
    };
  }

  private static List<Row> rows(Registry registry, ToDoubleFunction<ServerInfo> value) {
    return registry.map().servers().stream()
        .map(
            info ->
                new Row(
                    Map.of("server", info.id().toString(), "host", info.host()),
                    value.applyAsDouble(info)))
        .toList();
  }

  private static Optional<String> reason(Registry registry) {
    boolean any =
        registry.map().servers().stream().anyMatch(s -> s.state() == ServerInfo.State.ONLINE);
    return any ? Optional.empty() : Optional.of("no dataserver is online");
  }

  /** A handler that does what {@code handler} does, seen by the metrics. */
  public CallHandler measured(CallHandler handler) {
    CallHandler counted = new MeasuredHandler(handler, calls);
    return call -> {
      if (call.message() instanceof Heartbeat heartbeat) {
        traffic.heard(heartbeat.node(), heartbeat.capacity());
      }
      counted.handle(call);
    };
  }

  public HostPort address() {
    return server.address();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    server.close();
    try {
      if (timer.awaitTermination(1, TimeUnit.SECONDS)) {
        historyFile.write(history);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
