package io.dfs.client.cache;

import java.util.ArrayDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The blocks on the cache disk, and which of them goes next: a clock, whose hand spares once what
 * was used since it last came by. Looked up by any thread; changed by the one that writes.
 */
final class DiskIndex {
  /** A block that is there. Compared by identity: another one means another file. */
  static final class Entry {
    final BlockKey key;
    final int length;
    volatile boolean used;

    Entry(BlockKey key, int length) {
      this.key = key;
      this.length = length;
    }
  }

  private final ConcurrentMap<BlockKey, Entry> entries = new ConcurrentHashMap<>();

  /** In the order in which the hand comes by; entries that are gone are passed over. */
  private final ArrayDeque<Entry> clock = new ArrayDeque<>();

  private volatile long bytes;

  @Nullable Entry get(BlockKey key) {
    return entries.get(key);
  }

  int size() {
    return entries.size();
  }

  /** What all of it takes on the disk. */
  long bytes() {
    return bytes;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void add(BlockKey key, int length) {
    Entry entry = new Entry(key, length);
    Entry old = entries.put(key, entry);
    if (old != null) {
      bytes -= BlockFile.diskBytes(old.length);
    }
    bytes += BlockFile.diskBytes(length);
    clock.add(entry);
  }

  /** False when it is not there any more. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  boolean remove(Entry entry) {
    if (!entries.remove(entry.key, entry)) {
      return false;
    }
    bytes -= BlockFile.diskBytes(entry.length);
    return true;
  }

  /** The entry that shall go, already removed; null when there is none. */
  @Nullable Entry evict() {
    while (true) {
      Entry entry = clock.poll();
      if (entry == null) {
        return null;
      }
      if (entries.get(entry.key) != entry) {
        continue;
      }
      if (entry.used) {
        entry.used = false;
        clock.add(entry);
      } else if (remove(entry)) {
        return entry;
      }
    }
  }
}
