package io.dfs.nameserver.web;

import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerInfo.State;
import io.dfs.common.metrics.Latencies;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.session.Leases;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the {@link History}'s samples. Confined to its timer. */
final class Sampler implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Sampler.class);

  private final History history;
  private final Activity activity;
  private final Traffic traffic;
  private final Registry registry;
  private final Leases leases;
  private final Tables tables;
  private long lastNanos = System.nanoTime();
  private long questions;
  private long changes;
  private long[] latencies;

  Sampler(
      History history,
      Activity activity,
      Traffic traffic,
      Registry registry,
      Leases leases,
      Tables tables) {
    this.history = history;
    this.activity = activity;
    this.traffic = traffic;
    this.registry = registry;
    this.leases = leases;
    this.tables = tables;
    this.latencies = activity.latencies().counts();
  }

  @Override
  public void run() {
    try {
      sample();
    } catch (RuntimeException e) {
      // The timer would stop for good.
      log.warn("a sample for the charts is missing; please report this", e);
    }
  }

  private void sample() {
    long nowNanos = System.nanoTime();
    double seconds = Math.max(1e-3, (nowNanos - lastNanos) / 1e9);
    lastNanos = nowNanos;
    List<ServerInfo> servers = registry.map().servers();
    traffic.tick(seconds, servers.stream().map(ServerInfo::id).collect(Collectors.toSet()));
    activity.tick(seconds, leases::isHeld);
    long questionsNow = activity.questions();
    long changesNow = activity.changes();
    long[] latenciesNow = activity.latencies().counts();
    Traffic.Rate moved = traffic.total();
    history.add(
        new Sample(
            System.currentTimeMillis(),
            (questionsNow - questions) / seconds,
            (changesNow - changes) / seconds,
            Latencies.quantile(latencies, latenciesNow, 0.5),
            Latencies.quantile(latencies, latenciesNow, 0.99),
            moved.sent(),
            moved.received(),
            servers.stream().filter(Sampler::counts).mapToLong(ServerInfo::usedBytes).sum(),
            servers.stream().filter(Sampler::counts).mapToLong(ServerInfo::capacityBytes).sum(),
            tables.counter(Counter.INODES),
            leases.size()));
    questions = questionsNow;
    changes = changesNow;
    latencies = latenciesNow;
  }

  private static boolean counts(ServerInfo server) {
    return server.state() != State.OFFLINE && server.state() != State.REMOVED;
  }
}
