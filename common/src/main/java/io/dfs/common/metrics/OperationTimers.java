package io.dfs.common.metrics;

import io.dfs.common.error.Errno;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How long operations took, as a histogram for each, and how they failed. Shared. As many as the
 * caller has names for, which must be few: never take them from a user or a peer.
 */
public final class OperationTimers {
  private final MeterRegistry registry;
  private final String name;
  private final String meaning;
  private final ConcurrentHashMap<String, Timer> timers = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Failure, Counter> failures = new ConcurrentHashMap<>();

  private record Failure(String operation, Errno errno) {}

  OperationTimers(MeterRegistry registry, String name, String meaning) {
    this.registry = registry;
    this.name = name;
    this.meaning = meaning;
  }

  public void took(String operation, long nanos) {
    Timer timer = timers.get(operation);
    if (timer == null) {
      timer = timers.computeIfAbsent(operation, this::timer);
    }
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  public void failed(String operation, Errno errno) {
    failures.computeIfAbsent(new Failure(operation, errno), this::counter).increment();
  }

  private Timer timer(String operation) {
    return Timer.builder(name)
        .description(meaning)
        .tag("operation", operation)
        .serviceLevelObjectives(Latencies.bounds())
        .register(registry);
  }

  private Counter counter(Failure failure) {
    return Counter.builder(name + "_failures")
        .description("Those that ended with an error, which may be what was asked for")
        .tag("operation", failure.operation)
        .tag("errno", failure.errno.name())
        .register(registry);
  }
}
