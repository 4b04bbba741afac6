package io.dfs.client.write;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory for dirty data of one client. Shared. A writer that gets none waits in a bounded queue
 * and tries again when some is given back.
 */
final class DirtyBudget {
  /** More than any engine keeps in flight; beyond it writes fail with EAGAIN. */
  private static final int MAX_WAITING = 10_000;

  private final long maxBytes;
  private final AtomicLong used = new AtomicLong();
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiters = new AtomicInteger();

  DirtyBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  boolean tryAcquire(int bytes) {
    while (true) {
      long now = used.get();
      if (now + bytes > maxBytes) {
        return false;
      }
      if (used.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
  }

  void release(int bytes) {
    used.addAndGet(-bytes);
    wake();
  }

  /** As {@link #release}, but {@link #wake} is left to the caller: for use under a lock. */
  void releaseQuietly(int bytes) {
    used.addAndGet(-bytes);
  }

  /**
   * Runs {@code retry} when it may succeed: at once, if all has been given back since it failed.
   * Then nobody else would come to wake it.
   */
  void await(Runnable retry) {
    if (waiters.incrementAndGet() > MAX_WAITING) {
      waiters.decrementAndGet();
      throw new FsException(Errno.EAGAIN, "too many writes wait for room in the dirty buffer");
    }
    waiting.add(retry);
    if (hasRoom()) {
      wake();
    }
  }

  /** Whether the largest piece fits. */
  private boolean hasRoom() {
    return used.get() + Piece.MAX_BYTES <= maxBytes;
  }

  /** Lets waiting writes try again. */
  void wake() {
    for (int n = waiters.get(); n > 0; n--) {
      Runnable retry = waiting.poll();
      if (retry == null) {
        return;
      }
      waiters.decrementAndGet();
      retry.run();
      if (!hasRoom()) {
        return;
      }
    }
  }

  boolean isShort() {
    return used.get() > maxBytes - maxBytes / 4;
  }

  long used() {
    return used.get();
  }
}
