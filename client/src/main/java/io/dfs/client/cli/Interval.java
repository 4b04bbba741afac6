package io.dfs.client.cli;

import io.dfs.common.config.Quantity;
import java.time.Duration;

/** Times between two looks, as options have them. */
final class Interval {
  private static final Duration LEAST = Duration.ofMillis(100);

  private Interval() {}

  /** A duration such as {@code 2s}; a plain number is seconds. */
  static Duration parse(String text) {
    Duration time = Quantity.parseDuration(text.matches("[0-9.]+") ? text + " s" : text);
    if (time.compareTo(LEAST) < 0) {
      throw new IllegalArgumentException("the least is 100 ms");
    }
    return time;
  }
}
