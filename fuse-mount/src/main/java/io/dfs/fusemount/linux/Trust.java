package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs;
import io.dfs.fusemount.engine.EngineOptions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * For how long the kernel may believe what it is told. Shared; asks anew each time.
 *
 * <p>An answer may be overtaken by the news that it is no longer true. So each request is given the
 * {@link #count} of such news at its beginning, and what it tells is not believed at all if there
 * has been any since.
 */
final class Trust {
  /** What is granted without leases; more means that the client will say when it ends. */
  private static final long UNLEASED_MS = 1000;

  private final Vfs vfs;
  private final long maxEntryMs;
  private final long maxAttrMs;
  private final AtomicLong recalls = new AtomicLong();

  Trust(Vfs vfs, EngineOptions options) {
    this.vfs = vfs;
    maxEntryMs = options.entryTimeout().map(Duration::toMillis).orElse(Long.MAX_VALUE);
    maxAttrMs = options.attrTimeout().map(Duration::toMillis).orElse(Long.MAX_VALUE);
  }

  /** Something that was true is no longer. */
  void recalled() {
    recalls.incrementAndGet();
  }

  long count() {
    return recalls.get();
  }

  /**
   * @param count as of before the question
   */
  long entryMs(long count) {
    return count == recalls.get() ? Math.min(maxEntryMs, vfs.trustMs()) : 0;
  }

  /**
   * @param count as of before the question
   */
  long attrMs(long count) {
    return count == recalls.get() ? Math.min(maxAttrMs, vfs.trustMs()) : 0;
  }

  /**
   * That a name does not exist is believed under a lease only: without one, a file that another
   * client has made must be found at once.
   */
  long absenceMs(long count) {
    return isLeased() ? entryMs(count) : 0;
  }

  /** Whether what the kernel believes is taken back when another client changes it. */
  boolean isLeased() {
    return vfs.trustMs() > UNLEASED_MS;
  }
}
