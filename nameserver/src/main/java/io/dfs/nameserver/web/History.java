package io.dfs.nameserver.web;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of the last hour, day and month, for charts, the longer the coarser. Shared, guarded
 * by itself; 5,000 samples at most, half a megabyte.
 */
final class History {
  /** How far back, by how many samples. */
  enum Span {
    HOUR(2_000, 1800),
    DAY(60_000, 1440),
    MONTH(1_800_000, 1488);

    final long stepMs;
    final int samples;

    Span(long stepMs, int samples) {
      this.stepMs = stepMs;
      this.samples = samples;
    }
  }

  @GuardedBy("this")
  private final Map<Span, Deque<Sample>> kept = new EnumMap<>(Span.class);

  /** Those that do not make a sample of the span yet. */
  @GuardedBy("this")
  private final Map<Span, List<Sample>> open = new EnumMap<>(Span.class);

  History() {
    for (Span span : Span.values()) {
      kept.put(span, new ArrayDeque<>());
      open.put(span, new ArrayList<>());
    }
  }

  /** Takes the next one, in the order of time. */
  synchronized void add(Sample sample) {
    keep(Span.HOUR, sample);
    gather(Span.DAY, sample);
  }

  @GuardedBy("this")
  private void gather(Span span, Sample sample) {
    List<Sample> gathered = open.computeIfAbsent(span, s -> new ArrayList<>());
    gathered.add(sample);
    if (sample.timeMs() / span.stepMs > gathered.get(0).timeMs() / span.stepMs) {
      Sample all = Sample.over(gathered);
      gathered.clear();
      keep(span, all);
      if (span == Span.DAY) {
        gather(Span.MONTH, all);
      }
    }
  }

  @GuardedBy("this")
  private void keep(Span span, Sample sample) {
    Deque<Sample> samples = kept.computeIfAbsent(span, s -> new ArrayDeque<>());
    if (samples.size() == span.samples) {
      samples.removeFirst();
    }
    samples.addLast(sample);
  }

  /** Those after a moment, oldest first. */
  synchronized List<Sample> since(Span span, long timeMs) {
    return kept.getOrDefault(span, new ArrayDeque<>()).stream()
        .filter(sample -> sample.timeMs() > timeMs)
        .toList();
  }

  /** Takes up what an earlier process kept. To be called before the first {@link #add}. */
  synchronized void resume(Span span, List<Sample> samples) {
    samples.forEach(sample -> keep(span, sample));
  }
}
