package io.dfs.nameserver.lease;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.id.SessionId;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class HolderTableTest {
  private static final Holder[] NONE = {};

  private final Recipient recipient = new Recipient(new SessionId(1), 1000, 0);

  @Test
  void itHoldsWhatAMapWouldHoldAfterRandomPutsAndRemovals() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      HolderTable table = new HolderTable();
      Map<Long, Holder[]> model = new HashMap<>();
      for (int i = 0; i < 5000; i++) {
        long key = 1 + random.nextInt(300);
        Holder[] holders = new Holder[random.nextInt(4)];
        for (int h = 0; h < holders.length; h++) {
          holders[h] = new Recall(recipient, i);
        }
        table.put(key, holders);
        model.put(key, holders);
        if (random.nextInt(500) == 0) {
          table.clean(0);
        }
      }
      model.forEach((key, holders) -> assertArrayEquals(holders, table.get(key)));
      assertEquals(model.values().stream().filter(h -> h.length > 0).count(), table.size());
    }
  }

  @Test
  void cleaningRemovesWhatIsOverAndKeepsTheRest() {
    HolderTable table = new HolderTable();
    Tenure past = new Tenure(recipient, 5, 10);
    Tenure now = new Tenure(recipient, 50, 100);
    table.put(1, past);
    table.put(2, past, now);
    table.put(3, now);
    table.clean(20);
    assertArrayEquals(NONE, table.get(1));
    assertArrayEquals(new Holder[] {now}, table.get(2));
    assertArrayEquals(new Holder[] {now}, table.get(3));
    assertEquals(2, table.size());
  }
}
