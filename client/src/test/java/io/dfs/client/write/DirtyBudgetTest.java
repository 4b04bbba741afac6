package io.dfs.client.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DirtyBudgetTest {
  private static final int PIECE = Piece.MAX_BYTES;

  private final DirtyBudget budget = new DirtyBudget(4L * PIECE);
  private final AtomicInteger retries = new AtomicInteger();

  @Test
  void aWaiterIsWokenByWhatIsGivenBack() {
    assertTrue(budget.tryAcquire(4 * PIECE));
    budget.await(retries::incrementAndGet);
    assertEquals(0, retries.get());

    budget.release(PIECE);

    assertEquals(1, retries.get());
  }

  @Test
  void aWaiterThatComesWhenAllHasBeenGivenBackDoesNotWaitForMore() {
    assertTrue(budget.tryAcquire(4 * PIECE));
    assertFalse(budget.tryAcquire(1));
    budget.release(4 * PIECE);

    budget.await(retries::incrementAndGet);

    assertEquals(1, retries.get());
  }

  @Test
  void nobodyWaitsForEverWhileOthersGiveBack() throws InterruptedException {
    for (int round = 0; round < 2000; round++) {
      assertTrue(budget.tryAcquire(4 * PIECE));
      CountDownLatch woken = new CountDownLatch(1);
      Thread other = new Thread(() -> budget.release(4 * PIECE));
      other.start();
      budget.await(woken::countDown);
      assertTrue(woken.await(30, TimeUnit.SECONDS), "round " + round);
      other.join();
    }
  }
}
