package io.dfs.common.net;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers by which log lines of several processes about one request are found. They travel in the
 * upper half of a frame's call id, which the server sends back as it is; the lower half tells the
 * calls of a connection apart. A server that passes a request on while it handles it, as along a
 * chain, passes its number on too. Shared.
 */
final class RequestIds {
  private static final AtomicInteger next =
      new AtomicInteger(ThreadLocalRandom.current().nextInt());

  /** Of the request that this thread handles; 0 when there is none. */
  private static final ThreadLocal<int[]> current = ThreadLocal.withInitial(() -> new int[1]);

  private RequestIds() {}

  /** The id of the next call on a connection whose calls {@code counter} counts; never 0. */
  static long callId(AtomicLong counter) {
    int request = current.get()[0];
    while (request == 0) {
      request = next.incrementAndGet();
    }
    return (long) request << 32 | (counter.incrementAndGet() & 0xffffffffL);
  }

  /** What {@code task} sends on belongs to the request of this call. */
  static void during(long callId, Runnable task) {
    int[] mine = current.get();
    int before = mine[0];
    mine[0] = (int) (callId >>> 32);
    try {
      task.run();
    } finally {
      mine[0] = before;
    }
  }

  /** As it is written in logs. */
  static String text(long callId) {
    return String.format("%08x", callId >>> 32);
  }
}
