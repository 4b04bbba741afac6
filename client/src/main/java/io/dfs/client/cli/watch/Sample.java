package io.dfs.client.cli.watch;

import io.dfs.client.api.Dfs;
import io.dfs.client.cli.watch.ServerRate.OperationRate;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.OperationCount;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Reply.Stats;
import io.dfs.common.message.ServerInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * The counters of all servers at one time. Immutable.
 *
 * @param atNanos when it was taken, by this process
 * @param status of the cluster
 * @param stats by name of the server, the nameserver first
 * @param failures why a server did not answer, by its name
 */
public record Sample(
    long atNanos,
    Reply.ClusterStatus status,
    Map<String, Stats> stats,
    Map<String, String> failures) {
  public static final String NAMESERVER = "nameserver";

  /** Asks all servers at once. */
  public static Sample take(Dfs dfs) {
    Reply.ClusterStatus status = dfs.status();
    Map<String, CompletableFuture<Stats>> asked = new LinkedHashMap<>();
    asked.put(NAMESERVER, dfs.vfs().ask(new Query.GetStats(), Stats.class));
    for (ServerInfo server : status.servers()) {
      if (server.state() != ServerInfo.State.REMOVED
          && server.state() != ServerInfo.State.OFFLINE) {
        asked.put(
            name(server), dfs.vfs().ask(server.id(), new ChunkRequest.GetStats(), Stats.class));
      }
    }
    Map<String, Stats> stats = new LinkedHashMap<>();
    Map<String, String> failures = new LinkedHashMap<>();
    asked.forEach(
        (server, answer) -> {
          try {
            stats.put(server, Dfs.await(answer));
          } catch (FsException e) {
            failures.put(server, String.valueOf(e.getMessage()));
          }
        });
    return new Sample(System.nanoTime(), status, stats, failures);
  }

  /** What samples call a dataserver. */
  public static String name(ServerInfo server) {
    return "dataserver " + server.id().value();
  }

  /** What the servers did since an earlier sample; one that restarted since began at nothing. */
  public List<ServerRate> since(Sample earlier) {
    double seconds = Math.max(1e-3, (atNanos - earlier.atNanos) / 1e9);
    List<ServerRate> rates = new ArrayList<>();
    stats.forEach(
        (server, now) -> {
          Stats before = earlier.stats.get(server);
          boolean same = before != null && before.uptimeSeconds() <= now.uptimeSeconds();
          if (before != null) {
            rates.add(rate(server, same ? before : EMPTY, now, seconds));
          }
        });
    return rates;
  }

  private static final Stats EMPTY = new Stats("", 0, 0, 0, 0, List.of());

  private static ServerRate rate(String server, Stats before, Stats now, double seconds) {
    Map<String, OperationCount> earlier =
        before.operations().stream().collect(Collectors.toMap(OperationCount::name, o -> o));
    List<OperationRate> operations = new ArrayList<>();
    for (OperationCount o : now.operations()) {
      OperationCount b = earlier.getOrDefault(o.name(), new OperationCount(o.name(), 0, 0));
      long count = o.count() - b.count();
      if (count > 0) {
        operations.add(
            new OperationRate(o.name(), count / seconds, (o.nanos() - b.nanos()) / 1e3 / count));
      }
    }
    operations.sort(Comparator.comparingDouble(OperationRate::perSecond).reversed());
    return new ServerRate(
        server,
        (now.receivedBytes() - before.receivedBytes()) / seconds,
        (now.sentBytes() - before.sentBytes()) / seconds,
        operations);
  }
}
