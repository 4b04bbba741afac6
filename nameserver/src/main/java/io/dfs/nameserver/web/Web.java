package io.dfs.nameserver.web;

import io.dfs.common.config.HostPort;
import io.dfs.common.http.HttpServer;
import io.dfs.common.message.ClusterRequest.Heartbeat;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
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

  private final Metrics metrics = new Metrics("dfs_nameserver");
  private final CallMetrics calls = metrics.calls();
  private final Traffic traffic = new Traffic();
  private final History history = new History();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "dfs-web-timer");
            thread.setDaemon(true);
            return thread;
          });
  private final HttpServer server;

  /**
   * Starts to listen.
   *
   * @param status as {@code dfs status} has it
   */
  public Web(
      HostPort address,
      Supplier<Reply.ClusterStatus> status,
      Registry registry,
      Leases leases,
      Tables tables,
      Events events) {
    describe(registry, leases, tables);
    server =
        HttpServer.start(
            address,
            new MetricsPages(
                metrics, () -> reason(registry), new Pages(status, registry, tables, history, events)));
    var unused =
        timer.scheduleAtFixedRate(
            new Sampler(history, calls, traffic, registry, leases),
            SAMPLE_EVERY_S,
            SAMPLE_EVERY_S,
            TimeUnit.SECONDS);
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
  }
}
