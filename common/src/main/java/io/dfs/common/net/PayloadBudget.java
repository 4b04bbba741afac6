package io.dfs.common.net;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound of the payload bytes that all connections of a server hold. It is soft by one payload a
 * connection: what has come is taken, then its connection waits. Shared.
 */
final class PayloadBudget {
  private final long limit;
  private final AtomicLong held = new AtomicLong();

  /** One entry for each connection held back. */
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  PayloadBudget(long limit) {
    this.limit = limit;
  }

  /** Counts bytes in; false when the bound is reached, and the taker has to wait. */
  boolean take(int bytes) {
    return held.addAndGet(bytes) <= limit || bytes == 0;
  }

  /** Runs {@code goOn} once, by any thread, when there is room again. */
  void await(Runnable goOn) {
    waiting.add(goOn);
    wake();
  }

  void giveBack(int bytes) {
    held.addAndGet(-bytes);
    wake();
  }

  /** At half of the bound, so that connections do not stop and go with every payload. */
  private void wake() {
    while (held.get() <= limit / 2) {
      Runnable next = waiting.poll();
      if (next == null) {
        return;
      }
      next.run();
    }
  }

  long held() {
    return held.get();
  }
}
