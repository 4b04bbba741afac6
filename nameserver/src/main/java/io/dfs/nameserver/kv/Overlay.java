package io.dfs.nameserver.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes on top of a reader that does not have them yet. What was put or deleted since the last
 * {@link #mark} can be taken back. Confined to one thread at a time.
 */
public final class Overlay implements KeyValueReader {
  /** What a key held before a change: {@code known} tells a deletion from no entry. */
  private record Undo(byte[] key, boolean known, byte @Nullable [] value) {}

  private final KeyValueReader base;
  private final NavigableMap<byte[], byte @Nullable []> changes =
      new TreeMap<>(Arrays::compareUnsigned);
  private final List<Undo> undo = new ArrayList<>();

  public Overlay(KeyValueReader base) {
    this.base = base;
  }

  public void put(byte[] key, byte[] value) {
    change(key, value);
  }

  public void delete(byte[] key) {
    change(key, null);
  }

  private void change(byte[] key, byte @Nullable [] value) {
    boolean known = changes.containsKey(key);
    undo.add(new Undo(key, known, known ? changes.get(key) : null));
    changes.put(key, value);
  }

  /** From here on {@link #rollback} takes changes back. */
  public void mark() {
    undo.clear();
  }

  public void rollback() {
    for (int i = undo.size() - 1; i >= 0; i--) {
      Undo u = undo.get(i);
      if (u.known) {
        changes.put(u.key, u.value);
      } else {
        changes.remove(u.key);
      }
    }
    undo.clear();
  }

  public SortedMap<byte[], byte @Nullable []> changes() {
    return changes;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    byte[] changed = changes.get(key);
    return changed != null || changes.containsKey(key) ? changed : base.get(key);
  }

  @Override
  public @Nullable Entry last(byte[] from, byte[] to) {
    byte[] end = to;
    while (Arrays.compareUnsigned(from, end) < 0) {
      Entry below = base.last(from, end);
      Map.Entry<byte[], byte @Nullable []> changed = changes.lowerEntry(end);
      if (changed == null
          || Arrays.compareUnsigned(changed.getKey(), from) < 0
          || (below != null && Arrays.compareUnsigned(below.key(), changed.getKey()) > 0)) {
        return below;
      }
      byte[] value = changed.getValue();
      if (value != null) {
        return new Entry(changed.getKey(), value);
      }
      end = changed.getKey();
    }
    return null;
  }

  /** Sees the changes made before the call, and not those made during the walk. */
  @Override
  public Cursor scan(byte[] from, byte[] to) {
    NavigableMap<byte[], byte @Nullable []> part =
        changes.isEmpty() ? changes : changes.subMap(from, true, to, false);
    if (part.isEmpty()) {
      return base.scan(from, to);
    }
    List<Map.Entry<byte[], byte @Nullable []>> copy = new ArrayList<>(part.size());
    part.forEach((key, value) -> copy.add(new java.util.AbstractMap.SimpleEntry<>(key, value)));
    return new Merged(base.scan(from, to), copy);
  }

  /** Two sorted walks as one; where both have a key, the change wins. */
  private static final class Merged implements Cursor {
    private final Cursor below;
    private final List<Map.Entry<byte[], byte @Nullable []>> changed;
    private int place;
    private @Nullable Entry peeked;

    Merged(Cursor below, List<Map.Entry<byte[], byte @Nullable []>> changed) {
      this.below = below;
      this.changed = changed;
      this.peeked = below.next();
    }

    @Override
    public @Nullable Entry next() {
      while (true) {
        Entry b = peeked;
        if (place == changed.size()) {
          peeked = b == null ? null : below.next();
          return b;
        }
        Map.Entry<byte[], byte @Nullable []> c = changed.get(place);
        int order = b == null ? 1 : Arrays.compareUnsigned(b.key(), c.getKey());
        if (b != null && order < 0) {
          peeked = below.next();
          return b;
        }
        if (order == 0) {
          peeked = below.next();
        }
        place++;
        byte[] value = c.getValue();
        if (value != null) {
          return new Entry(c.getKey(), value);
        }
      }
    }

    @Override
    public void close() {
      below.close();
    }
  }
}
