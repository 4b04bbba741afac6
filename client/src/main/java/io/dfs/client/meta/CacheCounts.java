package io.dfs.client.meta;

import java.util.concurrent.atomic.LongAdder;

/** How often a {@link MetaCache} was of use, since the start. Shared. */
public final class CacheCounts {
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder recalls = new LongAdder();

  void asked(boolean known) {
    (known ? hits : misses).increment();
  }

  void recalled() {
    recalls.increment();
  }

  /** Questions for attributes and entries that were answered from memory. */
  public long hits() {
    return hits.sum();
  }

  /** Those that were not. */
  public long misses() {
    return misses.sum();
  }

  /** What the nameserver has recalled. */
  public long recalls() {
    return recalls.sum();
  }
}
