package io.dfs.common.metrics;

import io.dfs.common.error.Errno;
import io.dfs.common.message.Message;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How many requests of each kind came, how long they took and how they failed. Shared. A request
 * costs two readings of the clock, a look into a map and a few counters.
 */
public final class CallMetrics {
  private final @Nullable OperationTimers timers;
  private final AtomicInteger underWay = new AtomicInteger();
  private final LongAdder receivedBytes = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();
  private volatile Listener listener = (request, nanos) -> {};

  /** Is told of every request that was answered; must not wait. */
  public interface Listener {
    void answered(Message request, long nanos);
  }

  CallMetrics(@Nullable MeterRegistry registry, String prefix) {
    if (registry == null) {
      timers = null;
      return;
    }
    timers =
        new OperationTimers(
            registry, prefix + "request", "Time from a request's arrival to its answer");
    registry.gauge(prefix + "requests_in_flight", underWay);
    registry.more().counter(prefix + "received_bytes", List.of(), receivedBytes);
    registry.more().counter(prefix + "sent_bytes", List.of(), sentBytes);
  }

  /** Counts, without the distribution of times: for a daemon whose metrics nobody can read. */
  public static CallMetrics unpublished() {
    return new CallMetrics(null, "");
  }

  /** One at a time: a later one takes its place. */
  public void listen(Listener other) {
    listener = other;
  }

  void begun(int payloadBytes) {
    underWay.incrementAndGet();
    if (payloadBytes > 0) {
      receivedBytes.add(payloadBytes);
    }
  }

  void ended(Message request, long tookNanos, int payloadBytes) {
    underWay.decrementAndGet();
    if (payloadBytes > 0) {
      sentBytes.add(payloadBytes);
    }
    if (timers != null) {
      timers.took(name(request), tookNanos);
    }
    listener.answered(request, tookNanos);
  }

  void failed(Message request, Errno errno) {
    if (timers != null) {
      timers.failed(name(request), errno);
    }
  }

  private static String name(Message request) {
    return request.getClass().getSimpleName();
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
