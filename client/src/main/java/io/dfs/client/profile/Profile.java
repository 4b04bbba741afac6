package io.dfs.client.profile;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts and times operations while somebody watches. Shared. As many entries as the caller has
 * names for, which must be few.
 */
public final class Profile {
  private final AtomicInteger watchers = new AtomicInteger();
  private final ConcurrentHashMap<String, OperationTimes.Counter> counters =
      new ConcurrentHashMap<>();

  /** Whether to time operations. */
  public boolean isWatched() {
    return watchers.get() > 0;
  }

  /** A watcher comes; true when there are no more than {@code limit} with it. */
  public boolean watch(int limit) {
    if (watchers.incrementAndGet() <= limit) {
      return true;
    }
    watchers.decrementAndGet();
    return false;
  }

  /** A watcher goes that {@link #watch} had let in. */
  public void unwatch() {
    watchers.decrementAndGet();
  }

  /** An operation has ended. */
  public void answered(String operation, long nanos, boolean failed) {
    OperationTimes.Counter counter = counters.get(operation);
    if (counter == null) {
      counter = counters.computeIfAbsent(operation, unused -> new OperationTimes.Counter());
    }
    counter.add(nanos, failed);
  }

  /** All that was counted until now. */
  public Snapshot snapshot() {
    List<OperationTimes> all =
        counters.entrySet().stream().map(e -> e.getValue().now(e.getKey())).toList();
    return new Snapshot(all);
  }
}
