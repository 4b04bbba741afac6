package io.dfs.client.write;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which piece holds the newest bytes of each range of a file. Ranges never overlap: a later write
 * cuts earlier ones. Confined to the lock of its {@link FileState}.
 */
final class PieceMap {
  static final class Span {
    final long start;
    long end;
    final Piece piece;

    Span(long start, long end, Piece piece) {
      this.start = start;
      this.end = end;
      this.piece = piece;
    }
  }

  private final TreeMap<Long, Span> spans = new TreeMap<>();

  void put(long start, long end, Piece piece) {
    Map.Entry<Long, Span> floor = spans.floorEntry(start);
    if (floor != null && floor.getValue().piece == piece && floor.getValue().end >= start) {
      Span span = floor.getValue();
      if (span.end < end) {
        cut(span.end, end);
        span.end = end;
      }
      return;
    }
    cut(start, end);
    spans.put(start, new Span(start, end, piece));
  }

  private void cut(long start, long end) {
    Map.Entry<Long, Span> before = spans.lowerEntry(start);
    if (before != null && before.getValue().end > start) {
      Span span = before.getValue();
      if (span.end > end) {
        spans.put(end, new Span(end, span.end, span.piece));
      }
      span.end = start;
    }
    Map.Entry<Long, Span> next = spans.ceilingEntry(start);
    while (next != null && next.getKey() < end) {
      Span span = next.getValue();
      spans.remove(next.getKey());
      if (span.end > end) {
        spans.put(end, new Span(end, span.end, span.piece));
        return;
      }
      next = spans.ceilingEntry(start);
    }
  }

  /** The span that holds {@code offset}, else the first one after it, else null. */
  @Nullable Span at(long offset) {
    if (spans.isEmpty()) {
      return null;
    }
    Map.Entry<Long, Span> floor = spans.floorEntry(offset);
    if (floor != null && floor.getValue().end > offset) {
      return floor.getValue();
    }
    Map.Entry<Long, Span> next = spans.higherEntry(offset);
    return next == null ? null : next.getValue();
  }

  /** Forgets the piece wherever it is still the newest. */
  void remove(Piece piece) {
    Map.Entry<Long, Span> next = spans.ceilingEntry(piece.start);
    while (next != null && next.getKey() < piece.end()) {
      if (next.getValue().piece == piece) {
        spans.remove(next.getKey());
      }
      next = spans.higherEntry(next.getKey());
    }
  }

  void clear() {
    spans.clear();
  }

  boolean isEmpty() {
    return spans.isEmpty();
  }
}
