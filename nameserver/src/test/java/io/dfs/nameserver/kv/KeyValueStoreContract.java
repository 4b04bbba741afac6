package io.dfs.nameserver.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store does. */
abstract class KeyValueStoreContract {
  @TempDir Path dir;

  abstract KeyValueStore open();

  private static byte[] b(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String s(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static void write(KeyValueStore store, String... pairs) {
    TreeMap<byte[], byte[]> changes = new TreeMap<>(Arrays::compareUnsigned);
    for (int i = 0; i < pairs.length; i += 2) {
      changes.put(b(pairs[i]), pairs[i + 1] == null ? null : b(pairs[i + 1]));
    }
    store.write(changes);
  }

  static List<String> scan(KeyValueReader reader, String from, String to) {
    List<String> found = new ArrayList<>();
    try (Cursor cursor = reader.scan(b(from), b(to))) {
      KeyValueReader.Entry e;
      while ((e = cursor.next()) != null) {
        found.add(s(e.key()) + "=" + s(e.value()));
      }
      assertNull(cursor.next());
    }
    return found;
  }

  @Test
  void whatIsWrittenIsReadAndWhatIsDeletedIsNot() {
    try (KeyValueStore store = open()) {
      write(store, "a", "1", "b", "2", "c", "");
      write(store, "a", null, "b", "3");
      assertNull(store.get(b("a")));
      assertEquals("3", s(store.get(b("b"))));
      assertEquals("", s(store.get(b("c"))));
      store.sync();
    }
  }

  @Test
  void scansAreInUnsignedOrderAndWithinTheirBounds() {
    try (KeyValueStore store = open()) {
      write(store, "a", "1", "ab", "2", "\u0080", "3", "\u00fe", "4", "b", "5");
      assertEquals(List.of("ab=2", "b=5", "\u0080=3"), scan(store, "ab", "\u00fe"));
      assertEquals(List.of(), scan(store, "c", "d"));
    }
  }

  @Test
  void theLastEntryOfARangeIsFound() {
    try (KeyValueStore store = open()) {
      write(store, "a", "1", "c", "2", "e", "3");
      assertEquals("c", s(store.last(b("a"), b("e")).key()));
      assertNull(store.last(b("d"), b("e")));
      assertEquals("e", s(store.last(b("a"), b("f")).key()));
    }
  }

  @Test
  void aSnapshotDoesNotSeeLaterWrites() {
    try (KeyValueStore store = open()) {
      write(store, "a", "1");
      try (Snapshot snapshot = store.snapshot()) {
        write(store, "a", "2", "b", "3");
        assertEquals("1", s(snapshot.get(b("a"))));
        assertEquals(List.of("a=1"), scan(snapshot, "a", "z"));
        assertEquals("a", s(snapshot.last(b("a"), b("z")).key()));
      }
      assertEquals(List.of("a=2", "b=3"), scan(store, "a", "z"));
    }
  }

  @Test
  void anOverlayReadsAsIfItsChangesWereWritten() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    try (KeyValueStore store = open()) {
      TreeMap<String, String> model = new TreeMap<>();
      Overlay overlay = new Overlay(store);
      for (int step = 0; step < 3000; step++) {
        String key = "k" + (char) ('a' + random.nextInt(20));
        switch (random.nextInt(6)) {
          case 0, 1 -> {
            overlay.put(b(key), b("" + step));
            model.put(key, "" + step);
          }
          case 2 -> {
            overlay.delete(b(key));
            model.remove(key);
          }
          case 3 -> {
            overlay.mark();
            overlay.put(b(key), b("undone"));
            overlay.delete(b("kb"));
            overlay.put(b(key), b("undone"));
            overlay.rollback();
          }
          case 4 -> {
            store.write(overlay.changes());
            overlay = new Overlay(store);
          }
          default -> {
            String to = "k" + (char) ('a' + random.nextInt(20));
            assertEquals(model.get(key), s(overlay.get(b(key))));
            if (key.compareTo(to) < 0) {
              List<String> expected = new ArrayList<>();
              model.subMap(key, to).forEach((k, v) -> expected.add(k + "=" + v));
              assertEquals(expected, scan(overlay, key, to));
              KeyValueReader.Entry last = overlay.last(b(key), b(to));
              String lower = model.lowerKey(to);
              assertEquals(
                  lower == null || lower.compareTo(key) < 0 ? null : lower,
                  last == null ? null : s(last.key()));
            }
          }
        }
      }
    }
  }
}
