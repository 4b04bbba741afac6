package io.dfs.nameserver.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class CachedStoreTest extends KeyValueStoreContract {
  private static final byte[] KEY = {1};

  private final MemoryStore below = new MemoryStore();
  private final AtomicInteger reads = new AtomicInteger();

  /** Runs once, between a read of the store below and the answer. */
  private Runnable meanwhile = () -> {};

  @Override
  KeyValueStore open() {
    return new CachedStore(
        new KeyValueStore() {
          @Override
          public byte[] get(byte[] key) {
            reads.incrementAndGet();
            byte[] value = below.get(key);
            Runnable once = meanwhile;
            meanwhile = () -> {};
            once.run();
            return value;
          }

          @Override
          public Cursor scan(byte[] from, byte[] to) {
            return below.scan(from, to);
          }

          @Override
          public Entry last(byte[] from, byte[] to) {
            return below.last(from, to);
          }

          @Override
          public Snapshot snapshot() {
            return below.snapshot();
          }

          @Override
          public void write(SortedMap<byte[], byte[]> changes) {
            below.write(changes);
          }

          @Override
          public void sync() {
            below.sync();
          }

          @Override
          public void close() {
            below.close();
          }
        });
  }

  private static SortedMap<byte[], byte[]> change(byte[] key, byte[] value) {
    TreeMap<byte[], byte[]> changes = new TreeMap<>(Arrays::compareUnsigned);
    changes.put(key, value);
    return changes;
  }

  @Test
  void whatWasReadOrWrittenIsNotReadBelowAgain() {
    KeyValueStore store = open();
    assertNull(store.get(KEY));
    assertNull(store.get(KEY));
    assertEquals(1, reads.get());
    store.write(change(KEY, new byte[] {2}));
    assertArrayEquals(new byte[] {2}, store.get(KEY));
    store.write(change(KEY, null));
    assertNull(store.get(KEY));
    assertEquals(1, reads.get());
  }

  @Test
  void aValueThatIsReplacedWhileItIsReadIsNotRemembered() {
    for (int length : new int[] {1, 1000}) {
      KeyValueStore store = open();
      byte[] replaced = new byte[length];
      below.write(change(KEY, new byte[] {7}));
      meanwhile = () -> store.write(change(KEY, replaced));
      assertArrayEquals(new byte[] {7}, store.get(KEY));
      assertArrayEquals(replaced, store.get(KEY));
    }
  }

  @Test
  void longValuesAreNotKept() {
    KeyValueStore store = open();
    store.write(change(KEY, new byte[1000]));
    assertEquals(1000, store.get(KEY).length);
    assertEquals(1000, store.get(KEY).length);
    assertEquals(2, reads.get());
  }

  @Test
  void readersNeverSeeAnOlderValueThanBefore() {
    KeyValueStore store = open();
    int keys = 4;
    int last = 30_000;
    CompletableFuture<?>[] readers = new CompletableFuture<?>[2];
    for (int r = 0; r < readers.length; r++) {
      readers[r] =
          CompletableFuture.runAsync(
              () -> {
                int[] seen = new int[keys];
                while (seen[0] < last) {
                  for (int k = 0; k < keys; k++) {
                    byte[] value = store.get(new byte[] {(byte) k});
                    int now = value == null ? 0 : ByteBuffer.wrap(value).getInt();
                    assertTrue(now >= seen[k], () -> "an older value came back");
                    seen[k] = now;
                  }
                }
              });
    }
    for (int i = 1; i <= last; i++) {
      TreeMap<byte[], byte[]> changes = new TreeMap<>(Arrays::compareUnsigned);
      for (int k = 0; k < keys; k++) {
        // Long ones push out what is remembered, so that it is read below again.
        ByteBuffer value = ByteBuffer.allocate(i % 3 == 0 ? 1000 : 4);
        changes.put(new byte[] {(byte) k}, value.putInt(i).array());
      }
      store.write(changes);
    }
    CompletableFuture.allOf(readers).join();
  }
}
