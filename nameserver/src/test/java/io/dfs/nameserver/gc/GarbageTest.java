package io.dfs.nameserver.gc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Transaction;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GarbageTest {
  private static final NodeId NODE = new NodeId(7);
  private static final GroupId GROUP = new GroupId(1);

  private final MemoryStore store = new MemoryStore();
  private final Garbage garbage = new Garbage(new Tables(store));
  private final Set<ChunkId> told = new HashSet<>();
  private long now;

  GarbageTest() {
    Overlay view = new Overlay(store);
    new Transaction(view).putGroup(new Group(GROUP, 1, 1, List.of(NODE)));
    store.write(view.changes());
  }

  private static ChunkId chunk(int number) {
    return ChunkId.of(GROUP, number);
  }

  private void add(int from, int to) {
    Overlay view = new Overlay(store);
    for (int i = from; i < to; i++) {
      new Transaction(view).putChunk(chunk(i), new ChunkState(0, 0, SessionId.NONE));
    }
    store.write(view.changes());
    for (int i = from; i < to; i++) {
      garbage.added(chunk(i), List.of(NODE));
    }
  }

  private void delete(List<ChunkId> chunks) {
    Overlay view = new Overlay(store);
    chunks.forEach(chunk -> new Transaction(view).deleteGarbage(NODE, chunk));
    store.write(view.changes());
    garbage.deleted(NODE, chunks);
  }

  private List<ChunkId> heartbeat() {
    List<ChunkId> chunks = garbage.next(NODE, 100, now);
    told.addAll(chunks);
    return chunks;
  }

  private void drain() {
    for (int idle = 0; idle < 3; ) {
      garbage.load(now);
      List<ChunkId> chunks = heartbeat();
      delete(chunks);
      idle = chunks.isEmpty() ? idle + 1 : 0;
    }
  }

  @Test
  void whatWasGarbageBeforeAndWhatBecomesItIsAllTold() {
    add(1, 5000);
    heartbeat();
    drain();
    add(5000, 5010);
    assertEquals(10, heartbeat().size(), "without a look into the state");
    assertEquals(5009, told.size());
  }

  @Test
  void moreAtOnceThanThereIsRoomForIsFoundInTheState() {
    heartbeat();
    garbage.load(now);
    add(1, 3 * Garbage.MAX_QUEUE);
    drain();
    assertEquals(3 * Garbage.MAX_QUEUE - 1, told.size());
  }

  @Test
  void aChunkIsToldOnceUntilTheServerRegistersAgainOrALongTimeHasGone() {
    add(1, 3);
    heartbeat();
    garbage.load(now);
    assertEquals(2, heartbeat().size());
    garbage.load(now);
    assertEquals(0, heartbeat().size());
    now += 61_000_000_000L;
    assertEquals(2, heartbeat().size());
    garbage.registered(NODE);
    heartbeat();
    garbage.load(now);
    assertEquals(2, heartbeat().size());
  }

  @Test
  void inAnyOrderOfEventsNothingIsForgotten() {
    long seed = Long.getLong("dfs.seed", System.nanoTime());
    System.out.println("seed " + seed + " (repeat with -Ddfs.seed=" + seed + ")");
    Random random = new Random(seed);
    int next = 1;
    for (int i = 0; i < 3000; i++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          int count = 1 + random.nextInt(random.nextInt(50) == 0 ? 4000 : 60);
          add(next, next + count);
          next += count;
        }
        case 2 -> garbage.load(now);
        case 3 -> delete(heartbeat());
        default -> {
          if (random.nextInt(20) == 0) {
            garbage.registered(NODE);
          }
          heartbeat();
        }
      }
    }
    now += 100_000_000_000L;
    drain();
    assertEquals(next - 1, told.size(), "seed " + seed);
    assertTrue(new Tables(store).garbage(NODE, 0, 1).isEmpty(), "seed " + seed);
  }
}
