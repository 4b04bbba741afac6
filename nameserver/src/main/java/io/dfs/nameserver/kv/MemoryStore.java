package io.dfs.nameserver.kv;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A store in memory, for tests: everything is lost with the process. Shared. */
public final class MemoryStore implements KeyValueStore {
  private final ConcurrentSkipListMap<byte[], byte[]> map;

  public MemoryStore() {
    this(new ConcurrentSkipListMap<>(Arrays::compareUnsigned));
  }

  private MemoryStore(ConcurrentSkipListMap<byte[], byte[]> map) {
    this.map = map;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return map.get(key);
  }

  @Override
  public Cursor scan(byte[] from, byte[] to) {
    Iterator<Map.Entry<byte[], byte[]>> entries = map.subMap(from, to).entrySet().iterator();
    return new Cursor() {
      @Override
      public @Nullable Entry next() {
        if (!entries.hasNext()) {
          return null;
        }
        Map.Entry<byte[], byte[]> e = entries.next();
        return new Entry(e.getKey(), e.getValue());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public @Nullable Entry last(byte[] from, byte[] to) {
    Map.Entry<byte[], byte[]> e = map.lowerEntry(to);
    return e == null || Arrays.compareUnsigned(e.getKey(), from) < 0
        ? null
        : new Entry(e.getKey(), e.getValue());
  }

  /** A copy: right, and slow. */
  @Override
  public synchronized Snapshot snapshot() {
    MemoryStore copy = new MemoryStore(map.clone());
    return new Snapshot() {
      @Override
      public byte @Nullable [] get(byte[] key) {
        return copy.get(key);
      }

      @Override
      public Cursor scan(byte[] from, byte[] to) {
        return copy.scan(from, to);
      }

      @Override
      public @Nullable Entry last(byte[] from, byte[] to) {
        return copy.last(from, to);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized void write(SortedMap<byte[], byte @Nullable []> changes) {
    changes.forEach(
        (key, value) -> {
          if (value == null) {
            map.remove(key);
          } else {
            map.put(key, value);
          }
        });
  }

  @Override
  public void sync() {}

  @Override
  public void close() {}
}
