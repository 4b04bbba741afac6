package io.dfs.nameserver.web;

import io.dfs.common.id.SessionId;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.Message;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.metrics.CallMetrics;
import io.dfs.common.metrics.Latencies;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What clients ask for: how much, how fast it is answered, and by whom. Requests of dataservers,
 * and those that wait on purpose, are left out. Shared.
 */
final class Activity implements CallMetrics.Listener {
  /** More have not been seen; the rest are counted in the sums only. */
  private static final int MAX_SESSIONS = 10_000;

  /** Rates are those of some ten seconds: a tick's share of the average. */
  private static final double SMOOTHING = 0.3;

  /** Under it, nobody would call it a rate. */
  private static final double SILENCE = 0.05;

  private final LongAdder questions = new LongAdder();
  private final LongAdder changes = new LongAdder();
  private final Latencies latencies = new Latencies();
  private final Map<SessionId, Map<Class<?>, Meter>> sessions = new ConcurrentHashMap<>();

  /**
   * @param perSecond lately
   */
  record Operation(String name, double perSecond) {}

  /** Counted by anybody, ticked by one thread. */
  private static final class Meter {
    final LongAdder count = new LongAdder();
    long counted;
    volatile double perSecond;

    void tick(double seconds) {
      long now = count.sum();
      perSecond = SMOOTHING * (now - counted) / seconds + (1 - SMOOTHING) * perSecond;
      counted = now;
    }
  }

  @Override
  public void answered(Message request, long nanos) {
    if (request instanceof ClusterRequest
        || request instanceof Query.AwaitRecalls
        || request instanceof Query.AwaitLock
        || request instanceof Query.ReadFeed) {
      return;
    }
    (request instanceof Mutation ? changes : questions).increment();
    latencies.add(nanos);
    SessionId session = session(request);
    if (session != null && (sessions.size() < MAX_SESSIONS || sessions.containsKey(session))) {
      sessions
          .computeIfAbsent(session, s -> new ConcurrentHashMap<>())
          .computeIfAbsent(request.getClass(), c -> new Meter())
          .count
          .increment();
    }
  }

  private static @Nullable SessionId session(Message request) {
    if (request instanceof Mutation mutation) {
      return mutation.request().session();
    } else if (request instanceof Query.Lookup q) {
      return q.session();
    } else if (request instanceof Query.GetAttr q) {
      return q.session();
    } else if (request instanceof Query.ReadDir q) {
      return q.session();
    } else if (request instanceof Query.Open q) {
      return q.session();
    } else if (request instanceof Query.OpenAt q) {
      return q.session();
    } else if (request instanceof Query.Release q) {
      return q.session();
    } else if (request instanceof Query.GetLock q) {
      return q.session();
    }
    return null;
  }

  /** To be called by one thread every few seconds. */
  void tick(double seconds, Predicate<SessionId> lives) {
    sessions.keySet().removeIf(session -> !lives.test(session));
    sessions.values().forEach(meters -> meters.values().forEach(meter -> meter.tick(seconds)));
  }

  /** What a session asks for now, the most frequent first. */
  List<Operation> of(SessionId session) {
    return sessions.getOrDefault(session, Map.of()).entrySet().stream()
        .filter(entry -> entry.getValue().perSecond >= SILENCE)
        .map(entry -> new Operation(entry.getKey().getSimpleName(), entry.getValue().perSecond))
        .sorted((a, b) -> Double.compare(b.perSecond(), a.perSecond()))
        .toList();
  }

  /** How much a session has asked for since it is known here. */
  long count(SessionId session) {
    return sessions.getOrDefault(session, Map.of()).values().stream()
        .mapToLong(meter -> meter.count.sum())
        .sum();
  }

  /** Questions since the start. */
  long questions() {
    return questions.sum();
  }

  /** Changes of the tree since the start. */
  long changes() {
    return changes.sum();
  }

  /** Of both. */
  Latencies latencies() {
    return latencies;
  }
}
