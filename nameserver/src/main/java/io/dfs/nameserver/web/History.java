package io.dfs.nameserver.web;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The figures of the last hour, for charts. Shared, guarded by itself. */
final class History {
  /** An hour at one sample every two seconds; 130 KB. */
  private static final int SAMPLES = 1800;

  /**
   * One moment.
   *
   * @param timeMs since 1970
   * @param requestsPerSecond that the nameserver answered
   * @param requestMicros that one took on average
   * @param readBytesPerSecond that dataservers sent
   * @param writtenBytesPerSecond that dataservers received, each copy counted
   */
  record Sample(
      long timeMs,
      double requestsPerSecond,
      double requestMicros,
      double readBytesPerSecond,
      double writtenBytesPerSecond,
      long usedBytes,
      int sessions) {}

  @GuardedBy("this")
  private final Deque<Sample> samples = new ArrayDeque<>();

  synchronized void add(Sample sample) {
    if (samples.size() == SAMPLES) {
      samples.removeFirst();
    }
    samples.addLast(sample);
  }

  /** Those after a moment, oldest first. */
  synchronized List<Sample> since(long timeMs) {
    List<Sample> found = new ArrayList<>();
    for (Sample sample : samples) {
      if (sample.timeMs() > timeMs) {
        found.add(sample);
      }
    }
    return found;
  }
}
