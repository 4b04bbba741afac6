package io.dfs.common.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** How many of something took how long, in the buckets of {@link CallMetrics}. Shared. */
public final class Latencies {
  /** From a cached metadata request to a write that waits for a slow disk. */
  private static final Duration[] BOUNDS = {
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

  private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];

  public Latencies() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  /** Upper bounds of all buckets but the last, which has none. */
  static Duration[] bounds() {
    return BOUNDS.clone();
  }

  public void add(long nanos) {
    int i = 0;
    while (i < BOUNDS.length && nanos > BOUNDS[i].toNanos()) {
      i++;
    }
    counts[i].increment();
  }

  /** The counts until now, for {@link #quantile}. */
  public long[] counts() {
    long[] now = new long[counts.length];
    for (int i = 0; i < now.length; i++) {
      now[i] = counts[i].sum();
    }
    return now;
  }

  /**
   * The time that a share of those between two {@link #counts} did not exceed, as exactly as
   * buckets tell: linear in one, and the last bound for what is beyond.
   *
   * @param share from 0 to 1
   * @return microseconds, 0 when there were none
   */
  public static double quantile(long[] before, long[] now, double share) {
    long total = 0;
    for (int i = 0; i < now.length; i++) {
      total += now[i] - before[i];
    }
    double left = total * share;
    for (int i = 0; i < now.length && total > 0; i++) {
      long here = now[i] - before[i];
      if (here > 0 && left <= here) {
        double low = i == 0 ? 0 : micros(i - 1);
        return i == BOUNDS.length ? low : low + (micros(i) - low) * left / here;
      }
      left -= here;
    }
    return 0;
  }

  private static double micros(int bound) {
    return BOUNDS[bound].toNanos() / 1e3;
  }
}
