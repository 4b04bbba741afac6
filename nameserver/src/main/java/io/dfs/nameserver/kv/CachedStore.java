package io.dfs.nameserver.kv;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A store that remembers the values it gave and got last, so that most {@link #get}s do not reach
 * the one below. Shared. Walks and snapshots pass through.
 *
 * <p>A table of fixed size; each key has one place in it, which whatever comes there later takes
 * over. A reader that found nothing remembers what the store below told it, that there is no value
 * included, unless its place changed meanwhile. A writer bars the places of its keys before it
 * writes and fills them after, so no reader can remember a value that is just being replaced, and
 * once one has seen a new value none sees the old one again.
 */
public final class CachedStore implements KeyValueStore {
  /**
   * With keys and values of 30 to 200 bytes they take 16 MiB: enough for the directories and files
   * that some thousand programs work in.
   */
  private static final int PLACES = 1 << 16;

  /** Longer values are extended attributes, which nobody asks for over and over. */
  private static final int MAX_VALUE_BYTES = 512;

  /** No entry has this key: every key has a byte at least. */
  private static final byte[] NO_KEY = {};

  /** Stands where a writer is at work. */
  private static final Known BARRED = new Known(NO_KEY, null);

  /** Identity matters: a place that holds the same object as before has not changed. */
  private static final class Known {
    final byte[] key;
    final byte @Nullable [] value;

    Known(byte[] key, byte @Nullable [] value) {
      this.key = key;
      this.value = value;
    }
  }

  private final KeyValueStore below;
  private final AtomicReferenceArray<@Nullable Known> table = new AtomicReferenceArray<>(PLACES);

  public CachedStore(KeyValueStore below) {
    this.below = below;
  }

  private static int place(byte[] key) {
    int hash = Arrays.hashCode(key) * 0x9E3779B9;
    return (hash >>> 16 ^ hash) & (PLACES - 1);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    int place = place(key);
    Known known = table.get(place);
    if (known != null && Arrays.equals(known.key, key)) {
      return known.value;
    }
    byte[] value = below.get(key);
    if (known != BARRED && isShort(value)) {
      table.compareAndSet(place, known, new Known(key, value));
    }
    return value;
  }

  private static boolean isShort(byte @Nullable [] value) {
    return value == null || value.length <= MAX_VALUE_BYTES;
  }

  @Override
  public void write(SortedMap<byte[], byte @Nullable []> changes) {
    for (byte[] key : changes.keySet()) {
      table.set(place(key), BARRED);
    }
    // When it fails they stay barred: nobody knows what the store below has then.
    below.write(changes);
    for (Map.Entry<byte[], byte @Nullable []> change : changes.entrySet()) {
      byte[] key = change.getKey();
      byte[] value = change.getValue();
      table.set(place(key), isShort(value) ? new Known(key, value) : new Known(NO_KEY, null));
    }
  }

  @Override
  public Cursor scan(byte[] from, byte[] to) {
    return below.scan(from, to);
  }

  @Override
  public @Nullable Entry last(byte[] from, byte[] to) {
    return below.last(from, to);
  }

  @Override
  public Snapshot snapshot() {
    return below.snapshot();
  }

  @Override
  public void sync() {
    below.sync();
  }

  @Override
  public void close() {
    below.close();
  }
}
