package io.dfs.client.profile;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often an operation was made, how often it failed, and how long it took. Immutable.
 *
 * @param nanos of all together
 * @param errors those that ended with an error, which may be what was asked for
 * @param buckets how many took how long: bucket i ends at {@link #endNanos}
 */
public record OperationTimes(String name, long count, long nanos, long errors, long[] buckets) {
  /** Four to each doubling from 1 µs up to 18 minutes: a quantile is known to a fifth. */
  static final int BUCKETS = 120;

  private static final int PER_DOUBLING_BITS = 2;
  private static final long LEAST_NANOS = 1000;

  /** What counts for one. Shared. */
  static final class Counter {
    private final LongAdder nanos = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);

    void add(long took, boolean failed) {
      nanos.add(took);
      if (failed) {
        errors.increment();
      }
      buckets.incrementAndGet(bucket(took));
    }

    OperationTimes now(String name) {
      long[] counts = new long[BUCKETS];
      long count = 0;
      for (int i = 0; i < BUCKETS; i++) {
        counts[i] = buckets.get(i);
        count += counts[i];
      }
      return new OperationTimes(name, count, nanos.sum(), errors.sum(), counts);
    }
  }

  static int bucket(long nanos) {
    long quarters = (nanos << PER_DOUBLING_BITS) / LEAST_NANOS;
    if (quarters < 1 << PER_DOUBLING_BITS) {
      return 0;
    }
    int doublings = 63 - Long.numberOfLeadingZeros(quarters) - PER_DOUBLING_BITS;
    int quarter = (int) (quarters >> doublings) & ((1 << PER_DOUBLING_BITS) - 1);
    return Math.min(BUCKETS - 1, 1 + (doublings << PER_DOUBLING_BITS) + quarter);
  }

  /** What nothing in a bucket reaches. */
  static double endNanos(int bucket) {
    if (bucket == 0) {
      return LEAST_NANOS;
    }
    int doublings = (bucket - 1) >> PER_DOUBLING_BITS;
    int quarter = (bucket - 1) & ((1 << PER_DOUBLING_BITS) - 1);
    return Math.scalb(LEAST_NANOS * (1 + (quarter + 1) / 4.0), doublings);
  }

  /** What was added since an earlier look at the same operation. */
  OperationTimes since(OperationTimes earlier) {
    long[] more = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      more[i] = buckets[i] - earlier.buckets[i];
    }
    return new OperationTimes(
        name, count - earlier.count, nanos - earlier.nanos, errors - earlier.errors, more);
  }

  /** On average; 0 when there were none. */
  public double meanMicros() {
    return count == 0 ? 0 : nanos / 1e3 / count;
  }

  /**
   * The time that a share of them did not exceed, as exactly as the buckets tell.
   *
   * @param share from 0 to 1
   * @return microseconds, 0 when there were none
   */
  public double quantileMicros(double share) {
    double left = count * share;
    for (int i = 0; i < BUCKETS && count > 0; i++) {
      if (buckets[i] > 0 && left <= buckets[i]) {
        double begin = i == 0 ? 0 : endNanos(i - 1);
        return (begin + (endNanos(i) - begin) * left / buckets[i]) / 1e3;
      }
      left -= buckets[i];
    }
    return 0;
  }
}
