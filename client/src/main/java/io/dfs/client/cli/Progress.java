package io.dfs.client.cli;

import io.dfs.common.config.Quantity;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A line on the terminal that tells how far a transfer is; nothing when standard error is none.
 * Shared: transfers report from several threads.
 */
final class Progress {
  private static final int BAR_CHARS = 20;
  private static final int NAME_CHARS = 24;

  /** Faster is not seen, and slows the terminal. */
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PrintWriter err;
  private final String name;
  private final boolean visible;
  private final long startNanos = System.nanoTime();

  /** Bytes that were there already, which say nothing about the speed. */
  private long resumedBytes = -1;

  private long shownNanos = startNanos;
  private boolean shown;

  Progress(PrintWriter err, String name) {
    this.err = err;
    this.name = name;
    this.visible = Terminal.onError();
  }

  /**
   * @param doneBytes of {@code totalBytes}; the first report counts as what was there already
   */
  synchronized void report(long doneBytes, long totalBytes) {
    long now = System.nanoTime();
    if (resumedBytes < 0) {
      resumedBytes = doneBytes;
    }
    if (visible && now - shownNanos >= INTERVAL_NANOS) {
      shownNanos = now;
      shown = true;
      err.print("\r" + line(doneBytes, totalBytes, (now - startNanos) / 1e9) + "\u001b[K");
      err.flush();
    }
  }

  /** Takes the line away. */
  synchronized void end() {
    if (shown) {
      err.print("\r\u001b[K");
      err.flush();
    }
  }

  private String line(long done, long total, double seconds) {
    double part = total <= 0 ? 1 : Math.min(1.0, (double) done / total);
    double rate = (done - resumedBytes) / Math.max(seconds, 1e-3);
    String left = rate < 1 ? "" : String.format(Locale.ROOT, "%.0f s left", (total - done) / rate);
    int filled = (int) (part * BAR_CHARS);
    return String.format(
        Locale.ROOT,
        "%-" + NAME_CHARS + "s [%s%s] %3.0f %%  %s of %s  %s/s  %s",
        shorten(name),
        "#".repeat(filled),
        " ".repeat(BAR_CHARS - filled),
        part * 100,
        Quantity.formatBytes(done),
        Quantity.formatBytes(total),
        Quantity.formatBytes((long) rate),
        left);
  }

  private static String shorten(String name) {
    String shown = Show.name(name);
    return shown.length() <= NAME_CHARS
        ? shown
        : "..." + shown.substring(shown.length() - NAME_CHARS + 3);
  }
}
