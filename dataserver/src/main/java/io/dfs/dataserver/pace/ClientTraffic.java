package io.dfs.dataserver.pace;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** How much clients move through this server, for work that makes way for them. Shared. */
public final class ClientTraffic {
  /** Long enough to hold several requests of a slow client, short enough to follow a fast one. */
  private static final long SPAN_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final LongAdder fresh = new LongAdder();

  @GuardedBy("this")
  private long sinceNanos;

  @GuardedBy("this")
  private long bytesPerSecond;

  public ClientTraffic(long nowNanos) {
    this.sinceNanos = nowNanos;
  }

  public void moved(long bytes) {
    fresh.add(bytes);
  }

  /** Over the last span that is complete, which is longer when nobody has asked for a while. */
  public synchronized long bytesPerSecond(long nowNanos) {
    long span = nowNanos - sinceNanos;
    if (span >= SPAN_NANOS) {
      bytesPerSecond = (long) (fresh.sumThenReset() * 1e9 / span);
      sinceNanos = nowNanos;
    }
    return bytesPerSecond;
  }
}
