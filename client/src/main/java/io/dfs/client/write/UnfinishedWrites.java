package io.dfs.client.write;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes to one file that have begun and are not all taken in: the write lease is not given back
 * between their parts. Guarded by the lock of its {@link FileState}.
 */
final class UnfinishedWrites {
  private static final int PAGE_BYTES = 4096;

  /**
   * The kernel hands on an append in two parts when it lacks the rest of the page where it begins;
   * the first ends with that page. Nothing of another client must come between, so the lease is not
   * given back for so long after such an end: the second part comes within microseconds.
   */
  private static final long CONTINUES_NANOS = 10_000_000;

  private int unfinished;

  /** Whether the append that is taken in may be the first part of two. */
  private boolean mayGoOn;

  /** Until then the second part may come, as nanoTime. */
  private long continuesUntil = System.nanoTime();

  /** Completes when there are none; null when nobody waits for that. */
  private @Nullable CompletableFuture<Void> none;

  /** Whether an append that comes now is taken for the second part of one that was let in. */
  boolean goOn() {
    return System.nanoTime() - continuesUntil < 0;
  }

  boolean areNone() {
    return unfinished == 0;
  }

  void begin() {
    unfinished++;
  }

  /**
   * An append, to be ended by {@link #endAppend}.
   *
   * @param end of what the kernel was asked to append, where it supposes that
   */
  void beginAppend(long end) {
    mayGoOn = end % PAGE_BYTES == 0;
    continuesUntil = System.nanoTime();
    unfinished++;
  }

  void end() {
    unfinished--;
  }

  void endAppend(boolean failed) {
    if (mayGoOn && !failed) {
      continuesUntil = System.nanoTime() + CONTINUES_NANOS;
    }
    unfinished--;
  }

  /** Completes when there are none, by whoever has it from {@link #takeWaiting}. */
  CompletableFuture<Void> awaitNone() {
    if (none == null) {
      none = new CompletableFuture<>();
    }
    return none;
  }

  /** What to complete, outside the lock; null when that is nothing, or it is too early. */
  @Nullable CompletableFuture<Void> takeWaiting() {
    if (unfinished > 0 || goOn()) {
      return null;
    }
    CompletableFuture<Void> waiting = none;
    none = null;
    return waiting;
  }

  /** When to look again, from now; 0 when somebody ends a write before that, or nobody waits. */
  long nanosLeft() {
    return none == null || unfinished > 0 ? 0 : Math.max(1, continuesUntil - System.nanoTime());
  }

  void expectNoMore() {
    continuesUntil = System.nanoTime();
  }
}
