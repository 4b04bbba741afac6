package io.dfs.client.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ExtentMapTest {
  private static final int SIZE = 200;

  /** A model with a chunk and an offset for every byte of the file. */
  @Test
  void everyByteComesFromTheExtentThatWasAddedLast() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      ExtentMap map = new ExtentMap();
      long[] model = new long[SIZE];
      for (int step = 1; step < 60; step++) {
        int start = random.nextInt(SIZE - 1);
        int length = 1 + random.nextInt(SIZE - start - 1);
        boolean hole = random.nextInt(5) == 0;
        if (hole) {
          map.cut(start, start + length);
        } else {
          map.add(new Extent(start, length, new ChunkId(step), step));
        }
        for (int i = 0; i < length; i++) {
          model[start + i] = hole ? 0 : step * 1000L + step + i;
        }
        check(map, model, "seed " + seed + " step " + step);
      }
    }
  }

  private static void check(ExtentMap map, long[] model, String at) {
    long[] seen = new long[SIZE];
    long end = 0;
    for (Extent e : map.all()) {
      assertTrue(e.length() > 0 && e.fileOffset() >= end, at);
      end = e.fileEnd();
      for (int i = 0; i < e.length(); i++) {
        seen[(int) e.fileOffset() + i] = e.chunk().value() * 1000 + e.chunkOffset() + i;
      }
    }
    assertEquals(java.util.Arrays.toString(model), java.util.Arrays.toString(seen), at);
    for (int offset = 0; offset < SIZE; offset++) {
      Extent found = map.at(offset);
      boolean holds = found != null && found.fileOffset() <= offset;
      assertEquals(model[offset] != 0, holds, at + " offset " + offset);
    }
  }

  @Test
  void extentsThatContinueEachOtherBecomeOne() {
    ExtentMap map = new ExtentMap();
    map.add(new Extent(0, 10, new ChunkId(1), 0));
    map.add(new Extent(20, 10, new ChunkId(1), 20));
    map.add(new Extent(10, 10, new ChunkId(1), 10));
    assertEquals(List.of(new Extent(0, 30, new ChunkId(1), 0)), map.copy());
  }

  @Test
  void aCommitOnTopOfAnotherClientsDropsWhatIsCached() {
    CachedLayout layout = new CachedLayout();
    layout.learn(0, new Layout(5, List.of(), -1));
    layout.committed(List.of(new Extent(0, 10, new ChunkId(1), 0)), 6);
    assertTrue(layout.knows(3));
    layout.committed(List.of(new Extent(10, 10, new ChunkId(1), 10)), 8);
    assertTrue(!layout.knows(3));
  }
}
