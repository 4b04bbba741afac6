package io.dfs.nameserver.compact;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Extent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FragmentsTest {
  @Test
  void manySmallNeighboursAreWorthJoining() {
    assertTrue(Fragments.worthJoining(run(200, 4096, 4096)));
  }

  @Test
  void fewOrLargeOnesOrOnesBetweenHolesAreNot() {
    assertFalse(Fragments.worthJoining(run(20, 4096, 4096)));
    assertFalse(Fragments.worthJoining(run(200, 1 << 20, 1 << 20)));
    assertFalse(Fragments.worthJoining(run(200, 4096, 8192)));
  }

  private static List<Extent> run(int count, int length, int step) {
    List<Extent> run = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      run.add(new Extent((long) i * step, length, new ChunkId(1), (count - i) * length));
    }
    return run;
  }
}
