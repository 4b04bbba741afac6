package io.dfs.client.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.checksum.Crc32c;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BlockCacheTest {
  private static final int RUN = 16 * Crc32c.BLOCK_BYTES;

  /** Reads at random make survivors in every run, which is what once held twice the memory. */
  @Test
  void whatItWeighsIsWhatItHolds() {
    List<ByteBuf> buffers = new ArrayList<>();
    try (BlockCache cache = new BlockCache(8L * RUN)) {
      Random random = new Random(1);
      for (int i = 0; i < 200; i++) {
        ByteBuf run = Unpooled.directBuffer(RUN).writerIndex(RUN);
        buffers.add(run);
        cache.put(new BlockKey(i, 0), run);
        run.release();
        for (int j = 0; j < 50; j++) {
          Block block = cache.get(new BlockKey(random.nextInt(i + 1), random.nextInt(16)));
          ByteBuf bytes = block == null ? null : block.slice(0, 10);
          if (bytes != null) {
            bytes.release();
          }
        }
        long held = buffers.stream().filter(b -> b.refCnt() > 0).count() * RUN;
        assertTrue(held <= 8L * RUN, held + " bytes held");
        assertEquals(cache.bytes(), held);
      }
      assertTrue(cache.bytes() > 0);
    }
    assertEquals(0, buffers.stream().filter(b -> b.refCnt() > 0).count());
  }

  @Test
  void shrinkingGivesBackHalf() {
    try (BlockCache cache = new BlockCache(8L * RUN)) {
      for (int i = 0; i < 8; i++) {
        ByteBuf run = Unpooled.directBuffer(RUN).writerIndex(RUN);
        cache.put(new BlockKey(i, 0), run);
        run.release();
      }
      long before = cache.bytes();
      cache.shrink();
      assertTrue(cache.bytes() <= before / 2 + RUN, cache.bytes() + " of " + before);
      assertNotNull(cache);
    }
  }
}
