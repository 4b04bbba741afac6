package io.dfs.dataserver.pace;

import java.util.concurrent.TimeUnit;

/**
 * Holds a thread to a number of bytes in a second. Confined to that thread. What was not used is
 * not saved up beyond a second, so that a pause is not followed by a burst.
 */
public final class Pace {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private long bytesPerSecond;
  private long dueNanos = System.nanoTime();

  public Pace(long bytesPerSecond) {
    set(bytesPerSecond);
  }

  public void set(long newBytesPerSecond) {
    bytesPerSecond = Math.max(1, newBytesPerSecond);
  }

  /** Waits until these bytes, which were moved just now, are paid for. */
  public void moved(long bytes) throws InterruptedException {
    long now = System.nanoTime();
    if (now - dueNanos > SECOND) {
      dueNanos = now - SECOND;
    }
    dueNanos += (long) ((double) bytes / bytesPerSecond * SECOND);
    if (dueNanos > now) {
      TimeUnit.NANOSECONDS.sleep(dueNanos - now);
    }
  }
}
