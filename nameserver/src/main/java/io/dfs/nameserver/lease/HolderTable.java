package io.dfs.nameserver.lease;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what, by key: open addressing with linear probing, so that a grant takes some 20 bytes.
 * Confined to its owner's lock.
 *
 * <p>Under a key is null, one {@link Holder} or an array of several, as most keys have one.
 */
final class HolderTable {
  private static final int SMALLEST = 16;

  /** 0 is a free place; no key is 0. */
  private long[] keys = new long[SMALLEST];

  private @Nullable Object[] values = new @Nullable Object[SMALLEST];
  private int size;
  private int found;

  int size() {
    return size;
  }

  private int place(long key) {
    int mask = keys.length - 1;
    int at = hash(key) & mask;
    while (keys[at] != 0 && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  static int hash(long key) {
    long h = key * 0x9E3779B97F4A7C15L;
    return (int) (h >>> 32);
  }

  /** The holders under a key, never null. */
  Holder[] get(long key) {
    Object value = values[place(key)];
    return value == null
        ? NONE
        : value instanceof Holder one ? new Holder[] {one} : (Holder[]) value;
  }

  private static final Holder[] NONE = {};

  /** Whether {@code holder} is the only one under the key: the most frequent question. */
  @SuppressWarnings("ReferenceEquality") // holders are compared by identity
  boolean isOnly(long key, Holder holder) {
    return values[place(key)] == holder;
  }

  /** Replaces what is under the key; an empty array removes it. */
  void put(long key, Holder... holders) {
    int at = place(key);
    if (holders.length == 0) {
      if (keys[at] != 0) {
        removeAt(at);
      }
      return;
    }
    if (keys[at] == 0) {
      size++;
      keys[at] = key;
    }
    values[at] = holders.length == 1 ? holders[0] : holders;
    if (size * 4 > keys.length * 3) {
      resize(keys.length * 2);
    }
  }

  private void removeAt(int hole) {
    int mask = keys.length - 1;
    int free = hole;
    int at = (hole + 1) & mask;
    while (keys[at] != 0) {
      int home = hash(keys[at]) & mask;
      // It may move back to the free place unless its home lies between that and here.
      if (((at - home) & mask) >= ((at - free) & mask)) {
        keys[free] = keys[at];
        values[free] = values[at];
        free = at;
      }
      at = (at + 1) & mask;
    }
    keys[free] = 0;
    values[free] = null;
    size--;
  }

  /** Removes what is over. */
  void clean(long nowNanos) {
    long[] oldKeys = keys;
    @Nullable Object[] oldValues = values;
    int capacity = keys.length;
    while (capacity > SMALLEST && size * 4 < capacity) {
      capacity /= 2;
    }
    clear(capacity);
    for (int i = 0; i < oldKeys.length; i++) {
      Object value = oldValues[i];
      if (value instanceof Holder one) {
        if (!one.isOver(nowNanos)) {
          put(oldKeys[i], one);
        }
      } else if (value != null) {
        put(oldKeys[i], left((Holder[]) value, nowNanos));
      }
    }
  }

  private static Holder[] left(Holder[] all, long nowNanos) {
    return Arrays.stream(all).filter(h -> !h.isOver(nowNanos)).toArray(Holder[]::new);
  }

  /** Some key under which there is a writer, or 0: from where the last was found on. */
  long findWriter() {
    for (int i = 0; i < keys.length; i++) {
      found = (found + 1) & (keys.length - 1);
      Object value = values[found];
      if (value instanceof Writer
          || (value instanceof Holder[] all
              && Arrays.stream(all).anyMatch(holder -> holder instanceof Writer))) {
        return keys[found];
      }
    }
    return 0;
  }

  private void resize(int capacity) {
    long[] oldKeys = keys;
    @Nullable Object[] oldValues = values;
    clear(capacity);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != 0) {
        int at = place(oldKeys[i]);
        keys[at] = oldKeys[i];
        values[at] = oldValues[i];
        size++;
      }
    }
  }

  private void clear(int capacity) {
    keys = new long[capacity];
    values = new @Nullable Object[capacity];
    size = 0;
  }
}
