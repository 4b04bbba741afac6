package io.dfs.nameserver.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.InodeId;
import io.dfs.nameserver.kv.Cursor;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold in every state, found by reading all of it by the documented key schema. */
final class Invariants {
  private final Map<Long, Inode> inodes = new TreeMap<>();
  private final Map<Long, Integer> names = new HashMap<>();
  private final Map<Long, Integer> entries = new HashMap<>();
  private final Map<Long, Integer> cookies = new HashMap<>();
  private final Map<Long, Integer> subdirectories = new HashMap<>();
  private final Map<Long, Long> live = new HashMap<>();
  private final Map<Long, Long> allocated = new HashMap<>();
  private final Map<Long, TreeMap<Long, Long>> ends = new HashMap<>();
  private final Map<Long, byte[]> chunks = new HashMap<>();
  private final Set<Long> kept = new HashSet<>();
  private final Map<Long, Integer> orphans = new HashMap<>();
  private final Map<Long, Long> purges = new HashMap<>();

  private Invariants() {}

  static void check(KeyValueReader store) {
    Invariants seen = new Invariants();
    try (Cursor cursor = store.scan(new byte[] {0}, new byte[] {(byte) 0xff})) {
      KeyValueReader.Entry e;
      while ((e = cursor.next()) != null) {
        seen.add(ByteBuffer.wrap(e.key()), e.value());
      }
    }
    seen.check(new Tables(store));
  }

  private void add(ByteBuffer key, byte[] value) {
    ByteBuffer v = ByteBuffer.wrap(value);
    switch (key.get()) {
      case 'I' -> {
        long id = key.getLong();
        inodes.put(id, Inode.decode(new InodeId(id), value));
      }
      case 'D' -> {
        long parent = key.getLong();
        entries.merge(parent, 1, Integer::sum);
        names.merge(v.getLong(2), 1, Integer::sum);
        if (value[1] == 1) {
          subdirectories.merge(parent, 1, Integer::sum);
        }
      }
      case 'C' -> cookies.merge(key.getLong(), 1, Integer::sum);
      case 'E' -> {
        long tree = key.getLong();
        long offset = key.getLong();
        int length = v.getInt();
        assertTrue(length > 0, "an empty extent");
        TreeMap<Long, Long> seen = ends.computeIfAbsent(tree, unused -> new TreeMap<>());
        assertTrue(seen.isEmpty() || offset >= seen.lastEntry().getValue(), "extents overlap");
        seen.put(offset, offset + length);
        allocated.merge(tree, (long) length, Long::sum);
        live.merge(v.getLong(), (long) length, Long::sum);
      }
      case 'K' -> chunks.put(key.getLong(), value);
      case 'Z' -> kept.add(key.getLong());
      case 'O' -> orphans.put(key.getLong(), 1);
      case 'U' -> purges.put(key.getLong(), v.getLong());
      default -> {}
    }
  }

  private void checkTail(Inode inode) {
    Map.Entry<Long, Long> last =
        ends.getOrDefault(inode.tree(), new TreeMap<>()).lowerEntry(inode.cutAt());
    if (last != null) {
      assertTrue(last.getValue() <= inode.size(), "extents past the end");
      assertTrue(last.getValue() <= inode.cutAt(), "an extent across the cut");
    }
    assertEquals(
        inode.cutAt() == Inode.UNCUT ? null : inode.id().value(), purges.get(inode.tree()));
  }

  private void check(Tables tables) {
    assertEquals(inodes.size(), tables.counter(Counter.INODES));
    assertEquals(chunks.size(), tables.counter(Counter.CHUNKS));
    assertEquals(entries, cookies, "both orders of directory entries");
    names.keySet().forEach(id -> assertNotNull(inodes.get(id), "an entry without inode " + id));
    for (Inode inode : inodes.values()) {
      long id = inode.id().value();
      if (inode.isDirectory()) {
        boolean root = id == 1;
        int expected = root || names.containsKey(id) ? 2 + subdirectories.getOrDefault(id, 0) : 0;
        assertEquals(expected, inode.nlink(), "nlink of directory " + id);
        assertEquals(entries.getOrDefault(id, 0).longValue(), inode.size(), "entries of " + id);
      } else {
        assertEquals(names.getOrDefault(id, 0), inode.nlink(), "nlink of " + id);
        assertEquals(allocated.getOrDefault(inode.tree(), 0L), inode.allocated(), "bytes of " + id);
        checkTail(inode);
      }
      boolean deleted = tables.trash().of(inode) != null;
      assertEquals(inode.nlink() == 0, orphans.containsKey(id) != deleted, "orphan " + id);
    }
    live.keySet().forEach(chunk -> assertNotNull(chunks.get(chunk), "no chunk " + chunk));
    chunks.forEach(
        (chunk, value) -> {
          ByteBuffer state = ByteBuffer.wrap(value);
          assertEquals(live.getOrDefault(chunk, 0L), state.getLong(1), "live bytes of " + chunk);
          assertTrue(
              state.getLong(1) > 0 || state.getLong(13) != 0 || kept.contains(chunk),
              "garbage is still a chunk: " + chunk);
        });
    for (long tree : ends.keySet()) {
      assertTrue(
          purges.containsKey(tree) || inodes.values().stream().anyMatch(i -> i.tree() == tree),
          "extents of nobody: " + Arrays.toString(new long[] {tree}));
    }
  }
}
