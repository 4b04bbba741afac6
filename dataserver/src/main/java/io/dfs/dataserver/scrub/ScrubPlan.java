package io.dfs.dataserver.scrub;

import java.time.Duration;

/** How fast a pass over a disk goes and when the next one begins. Pure. */
final class ScrubPlan {
  /**
   * A pass is planned to take four fifths of the period, so that a busy disk has room to be late.
   */
  private static final double EARLY = 1.25;

  /** A disk with little on it need not take two weeks over it. */
  static final long MIN_RATE = 1 << 20;

  private ScrubPlan() {}

  /**
   * Bytes in a second, for what is left of a pass.
   *
   * @param limit the most that the settings allow; wins
   */
  static long rate(
      long usedBytes, long verifiedBytes, Duration period, long elapsedSeconds, long limit) {
    long leftBytes = Math.max(0, usedBytes - verifiedBytes);
    double planned = period.toSeconds() / EARLY;
    double leftSeconds = Math.max(1, planned - elapsedSeconds);
    return Math.min(limit, Math.max(MIN_RATE, (long) (leftBytes / leftSeconds)));
  }

  /** Seconds until the next pass: passes begin a period apart, or as soon as the last one ends. */
  static long waitSeconds(ScrubState state, Duration period, long nowSeconds) {
    return state.isRunning()
        ? 0
        : Math.max(0, state.startedSeconds() + period.toSeconds() - nowSeconds);
  }
}
