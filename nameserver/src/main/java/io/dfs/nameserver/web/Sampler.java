package io.dfs.nameserver.web;

import io.dfs.common.message.ServerInfo;
import io.dfs.common.metrics.CallMetrics;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.session.Leases;

/** Takes the {@link History}'s samples. Confined to its timer. */
final class Sampler implements Runnable {
  private final History history;
  private final CallMetrics calls;
  private final Traffic traffic;
  private final Registry registry;
  private final Leases leases;
  private long lastNanos = System.nanoTime();
  private long requests;
  private long requestNanos;
  private long sent;
  private long received;

  Sampler(History history, CallMetrics calls, Traffic traffic, Registry registry, Leases leases) {
    this.history = history;
    this.calls = calls;
    this.traffic = traffic;
    this.registry = registry;
    this.leases = leases;
  }

  @Override
  public void run() {
    long nowNanos = System.nanoTime();
    double seconds = Math.max(1e-3, (nowNanos - lastNanos) / 1e9);
    long answered = calls.count() - requests;
    long took = calls.nanos() - requestNanos;
    long out = traffic.sent() - sent;
    long in = traffic.received() - received;
    long used = registry.map().servers().stream().mapToLong(ServerInfo::usedBytes).sum();
    history.add(
        new History.Sample(
            System.currentTimeMillis(),
            answered / seconds,
            answered == 0 ? 0 : took / 1e3 / answered,
            out / seconds,
            in / seconds,
            used,
            leases.size()));
    lastNanos = nowNanos;
    requests += answered;
    requestNanos += took;
    sent += out;
    received += in;
  }
}
