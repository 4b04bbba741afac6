package io.dfs.client.read;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * Detects that a handle is read in order, and how far ahead to read. Shared. A window that doubles
 * from 128 KiB while reads go on where the last ones ended, and is gone at the first jump.
 */
public final class ReadAhead {
  private static final int FIRST_WINDOW = 128 << 10;

  /** Engines send the parts of a large read side by side, so they arrive a little out of order. */
  private static final int DISORDER = 1 << 20;

  private static final int REQUEST = 1 << 20;

  private final long maxWindow;

  @GuardedBy("this")
  private long expected;

  @GuardedBy("this")
  private long window;

  @GuardedBy("this")
  private long aheadTo;

  @GuardedBy("this")
  private long from;

  public ReadAhead(long maxWindow) {
    this.maxWindow = maxWindow;
  }

  /**
   * Takes note of a read.
   *
   * @return the offset up to which to fetch now, starting at {@link #from}; -1 for nothing
   */
  synchronized long advance(long offset, int length, long fileSize) {
    long end = offset + length;
    boolean inOrder = window > 0 || expected == 0 || offset == expected;
    if (!inOrder || offset > expected + DISORDER || offset < expected - DISORDER) {
      window = 0;
      aheadTo = 0;
      expected = end;
      return -1;
    }
    expected = Math.max(expected, end);
    if (maxWindow == 0 || aheadTo >= fileSize || end + window / 2 < aheadTo) {
      return -1;
    }
    window = Math.min(maxWindow, window == 0 ? FIRST_WINDOW : window * 2);
    from = Math.max(aheadTo, end);
    long to = end + window;
    if (window >= REQUEST) {
      to = to / REQUEST * REQUEST;
    }
    to = Math.min(to, fileSize);
    if (to <= from) {
      return -1;
    }
    aheadTo = to;
    return to;
  }

  synchronized long from() {
    return from;
  }
}
