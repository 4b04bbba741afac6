package io.dfs.common.metrics;

import io.dfs.common.error.Errno;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How many requests of each kind came, how long they took and how they failed. Shared. A request
 * costs two readings of the clock, a look into a map and a few counters.
 */
public final class CallMetrics {
  /** From a cached metadata request to a write that waits for a slow disk. */
  private static final Duration[] BUCKETS = {
    Duration.ofNanos(50_000),
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final @Nullable MeterRegistry registry;
  private final String prefix;
  private final ConcurrentHashMap<Class<?>, Timer> timers = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Failure, Counter> failures = new ConcurrentHashMap<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final LongAdder count = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final LongAdder receivedBytes = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();

  private record Failure(Class<?> operation, Errno errno) {}

  CallMetrics(@Nullable MeterRegistry registry, String prefix) {
    this.registry = registry;
    this.prefix = prefix;
    if (registry == null) {
      return;
    }
    registry.gauge(prefix + "requests_in_flight", underWay);
    registry.more().counter(prefix + "received_bytes", List.of(), receivedBytes);
    registry.more().counter(prefix + "sent_bytes", List.of(), sentBytes);
  }

  /** Counts, without the distribution of times: for a daemon whose metrics nobody can read. */
  public static CallMetrics unpublished() {
    return new CallMetrics(null, "");
  }

  void begun(int payloadBytes) {
    underWay.incrementAndGet();
    if (payloadBytes > 0) {
      receivedBytes.add(payloadBytes);
    }
  }

  void ended(Class<?> operation, long tookNanos, int payloadBytes) {
    underWay.decrementAndGet();
    count.increment();
    nanos.add(tookNanos);
    if (payloadBytes > 0) {
      sentBytes.add(payloadBytes);
    }
    if (registry != null) {
      timer(registry, operation).record(tookNanos, TimeUnit.NANOSECONDS);
    }
  }

  void failed(Class<?> operation, Errno errno) {
    MeterRegistry published = registry;
    if (published == null) {
      return;
    }
    failures
        .computeIfAbsent(
            new Failure(operation, errno),
            failure ->
                Counter.builder(prefix + "request_failures")
                    .description("Requests answered with an error, which may be what was asked for")
                    .tag("operation", operation.getSimpleName())
                    .tag("errno", errno.name())
                    .register(published))
        .increment();
  }

  private Timer timer(MeterRegistry published, Class<?> operation) {
    Timer timer = timers.get(operation);
    return timer != null
        ? timer
        : timers.computeIfAbsent(
            operation,
            type ->
                Timer.builder(prefix + "request")
                    .description("Time from a request's arrival to its answer")
                    .tag("operation", type.getSimpleName())
                    .serviceLevelObjectives(BUCKETS)
                    .register(published));
  }

  /** Requests answered since the start. */
  public long count() {
    return count.sum();
  }

  /** The time that all of them took, added up. */
  public long nanos() {
    return nanos.sum();
  }

  /** Payload that came with requests. */
  public long receivedBytes() {
    return receivedBytes.sum();
  }

  /** Payload that went with answers. */
  public long sentBytes() {
    return sentBytes.sum();
  }
}
