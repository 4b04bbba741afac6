package io.dfs.nameserver.check;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LongSortTest {
  @TempDir Path dir;

  @Test
  void recordsComeBackSortedHoweverManyAndLeaveNoFiles() throws IOException {
    Random random = new Random(3);
    long[][] all = new long[700_000][];
    try (LongSort sort = new LongSort(dir, 2)) {
      for (int i = 0; i < all.length; i++) {
        all[i] = new long[] {random.nextInt(100_000), random.nextLong()};
        sort.add(all[i]);
      }
      Arrays.sort(all, Arrays::compare);
      for (long[] each : all) {
        assertArrayEquals(each, sort.next());
      }
      assertNull(sort.next());
    }
    try (Stream<Path> left = Files.list(dir)) {
      assertEquals(0, left.count());
    }
  }
}
