package io.dfs.common.message;

import java.time.Instant;

/**
 * A moment: seconds since 1970 (negative before it) and nanoseconds 0 to 999,999,999 after that
 * second.
 */
public record Timestamp(long seconds, int nanos) implements Comparable<Timestamp> {
  public static final Timestamp EPOCH = new Timestamp(0, 0);

  public static Timestamp of(Instant instant) {
    return new Timestamp(instant.getEpochSecond(), instant.getNano());
  }

  @Override
  public int compareTo(Timestamp other) {
    int order = Long.compare(seconds, other.seconds);
    return order != 0 ? order : Integer.compare(nanos, other.nanos);
  }
}
