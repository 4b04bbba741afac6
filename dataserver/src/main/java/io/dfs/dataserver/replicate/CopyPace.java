package io.dfs.dataserver.replicate;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.dataserver.pace.ClientTraffic;
import java.util.concurrent.TimeUnit;

/**
 * Lets so many bytes a second pass, less what clients move meanwhile, but a quarter always: a copy
 * that is missing shall not wait for a quiet hour. Shared, guarded by itself.
 */
final class CopyPace {
  /** What may pass at once after a pause: enough for requests not to wait for each other. */
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final int LEAST_SHARE = 4;

  private final ClientTraffic clients;

  @GuardedBy("this")
  private long bytesPerSecond;

  /** When all that has passed by now is paid for. */
  @GuardedBy("this")
  private long paidNanos;

  CopyPace(long bytesPerSecond, ClientTraffic clients, long nowNanos) {
    this.bytesPerSecond = bytesPerSecond;
    this.clients = clients;
    this.paidNanos = nowNanos;
  }

  synchronized void set(long newBytesPerSecond) {
    bytesPerSecond = Math.max(1, newBytesPerSecond);
  }

  /** Waits until {@code bytes} may pass. */
  void take(long bytes) throws InterruptedException {
    long waitNanos = reserve(bytes, System.nanoTime());
    if (waitNanos > 0) {
      TimeUnit.NANOSECONDS.sleep(waitNanos);
    }
  }

  /** After how long {@code bytes} may pass; what comes after them is behind them. */
  synchronized long reserve(long bytes, long nowNanos) {
    paidNanos = Math.max(paidNanos, nowNanos - BURST_NANOS);
    long waitNanos = paidNanos - nowNanos;
    paidNanos += (long) (bytes * 1e9 / allowed(nowNanos));
    return Math.max(0, waitNanos);
  }

  @GuardedBy("this")
  private long allowed(long nowNanos) {
    long least = Math.max(1, bytesPerSecond / LEAST_SHARE);
    return Math.max(least, bytesPerSecond - clients.bytesPerSecond(nowNanos));
  }
}
