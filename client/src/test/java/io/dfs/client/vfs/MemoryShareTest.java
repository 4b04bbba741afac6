package io.dfs.client.vfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class MemoryShareTest {
  private static final long MIB = 1 << 20;

  @Test
  void blocksReadAheadAndDirtyDataFitTogether() {
    for (long direct = 128 * MIB; direct < 4096 * MIB; direct += 61 * MIB) {
      long blocks = MemoryShare.room(direct, 64 * MIB);
      long all = blocks * 5 / 4 + Math.min(blocks / 2, 64 * MIB) + 64 * MIB;
      assertTrue(all < direct, all / MIB + " of " + direct / MIB + " MiB");
    }
  }

  @Test
  void halfAGigabyteHasRoomForAQuarter() {
    assertTrue(MemoryShare.room(512 * MIB, 64 * MIB) >= 256 * MIB);
  }

  @Test
  void somethingIsAlwaysLeft() {
    assertEquals(MIB, MemoryShare.room(64 * MIB, 64 * MIB));
  }
}
