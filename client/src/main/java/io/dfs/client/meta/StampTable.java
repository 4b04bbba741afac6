package io.dfs.client.meta;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The latest stamp of each place: {@code nanoTime}s, of things that are found by hash. Shared, of
 * fixed size. A place without any has that of when the table was made.
 */
final class StampTable {
  private final long origin = System.nanoTime();

  /** From the origin, so that nothing has to be written to begin with. */
  private final AtomicLongArray latest;

  StampTable(int places) {
    latest = new AtomicLongArray(places);
  }

  long get(int place) {
    return origin + latest.get(place);
  }

  /** Notes a stamp; returns what was there before. */
  long raise(int place, long stamp) {
    return origin + latest.getAndAccumulate(place, stamp - origin, Math::max);
  }
}
