package io.dfs.dataserver.replicate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;

/** Lets so many bytes a second pass. Shared, guarded by itself. */
final class Pace {
  /** What may pass at once after a pause: enough for requests not to wait for each other. */
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  @GuardedBy("this")
  private long bytesPerSecond;

  /** When all that has passed by now is paid for. */
  @GuardedBy("this")
  private long paidNanos;

  Pace(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
    this.paidNanos = System.nanoTime();
  }

  synchronized void set(long newBytesPerSecond) {
    bytesPerSecond = Math.max(1, newBytesPerSecond);
  }

  /** Waits until {@code bytes} may pass. */
  void take(long bytes) throws InterruptedException {
    long waitNanos;
    synchronized (this) {
      long now = System.nanoTime();
      paidNanos = Math.max(paidNanos, now - BURST_NANOS);
      waitNanos = paidNanos - now;
      paidNanos += (long) (bytes * 1e9 / bytesPerSecond);
    }
    if (waitNanos > 0) {
      TimeUnit.NANOSECONDS.sleep(waitNanos);
    }
  }
}
