package io.dfs.client.write;

import io.dfs.client.layout.CachedLayout;
import io.dfs.client.layout.ExtentMap;
import io.dfs.client.write.PieceMap.Span;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Timestamp;
import io.dfs.common.net.NetThreads;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file as this client sees it: what the nameserver told, under what was written here and is not
 * committed. Confined to the lock of its {@link FileState}.
 */
final class FileView {
  /** An append under way: where its client supposes the end of the file. */
  static final class Append {
    final long at;
    private final long movedBefore;

    private Append(long at, long movedBefore) {
      this.at = at;
      this.movedBefore = movedBefore;
    }
  }

  private final PieceMap overlay;
  private final CachedLayout layout = new CachedLayout();
  private Attr attr;
  private long attrNanos = System.nanoTime();

  /** The end of what is written and not committed. */
  private long localEnd;

  /** End of the appends that wait for memory, of which there are {@link #appends}. */
  private long reservedEnd;

  private int appends;

  /** How far the ends of files that appends went to were, altogether, from where supposed. */
  private long moved;

  /** When something was last written that is not committed. */
  private @Nullable Timestamp mtime;

  FileView(Attr attr, PieceMap overlay) {
    this.attr = attr;
    this.overlay = overlay;
  }

  Attr attr() {
    return attr;
  }

  @Nullable Timestamp mtime() {
    return mtime;
  }

  CachedLayout layout() {
    return layout;
  }

  /** Takes in attributes from the nameserver; false for older ones than known. */
  boolean onAttr(Attr fresh) {
    if (fresh.version() < attr.version()) {
      return false;
    }
    attr = fresh;
    attrNanos = System.nanoTime();
    return true;
  }

  boolean isOlderThan(long nanos) {
    return System.nanoTime() - attrNanos > nanos;
  }

  long size() {
    return Math.max(attr.sizeBytes(), localEnd);
  }

  /** {@code known}, or newer attributes, with what is written and not committed. */
  Attr over(Attr known) {
    Attr a = known.version() < attr.version() ? attr : known;
    if (localEnd <= a.sizeBytes() && mtime == null) {
      return a;
    }
    Timestamp m = mtime == null ? a.mtime() : mtime;
    Timestamp c = mtime == null ? a.ctime() : mtime;
    long grown = Math.max(0, localEnd - a.sizeBytes());
    return new Attr(
        a.inode(),
        a.type(),
        a.mode(),
        a.nlink(),
        a.uid(),
        a.gid(),
        a.rdev(),
        Math.max(a.sizeBytes(), localEnd),
        a.allocatedBytes() + grown,
        a.atime(),
        m,
        c,
        a.btime(),
        a.version(),
        a.settings(),
        a.acl(),
        a.bare());
  }

  // ---- what is written

  /** Reserves the place of an append. */
  Append reserveAppend(int count) {
    long at = size();
    if (at <= Long.MAX_VALUE - count) {
      localEnd = at + count;
      reservedEnd = localEnd;
    }
    appends++;
    return new Append(at, moved);
  }

  /** How much further on the end is than {@link Append#at} supposed. */
  long movedSince(Append append) {
    return moved - append.movedBefore;
  }

  /** An append went so much further on than was supposed. */
  void moved(long distance) {
    moved += distance;
    reservedEnd += distance;
  }

  void appendEnded() {
    appends--;
  }

  void wroteTo(long end) {
    localEnd = Math.max(localEnd, end);
  }

  void wroteAt(Timestamp now) {
    mtime = now;
  }

  /** A commit of these extents is done. */
  void committed(List<Extent> extents, Attr reply) {
    layout.committed(extents, reply.version());
    if (reply.version() >= attr.version()) {
      attr = reply;
      attrNanos = System.nanoTime();
    }
    layout.keepOnly(attr.version());
  }

  /** After a commit only {@code left} are not committed. */
  void keepOnly(Iterable<Piece> left) {
    localEnd = appends == 0 ? 0 : reservedEnd;
    boolean none = true;
    for (Piece piece : left) {
      localEnd = Math.max(localEnd, piece.end());
      none = false;
    }
    if (none) {
      mtime = null;
    }
  }

  // ---- the layout and reading

  /** The layout from {@code offset} on, as the nameserver told it. */
  void learnLayout(long offset, Layout part, boolean committing) {
    // During a commit it may or may not hold what is committed; its version will tell.
    if (committing || part.version() >= attr.version()) {
      layout.learn(offset, part);
    }
  }

  /** Where the bytes from {@code offset} are; never past the end of the file. */
  ReadPlan plan(long offset, int length) {
    ReadPlan plan = new ReadPlan();
    long end = Math.min(offset + length, size());
    long at = offset;
    while (at < end) {
      Span span = overlay.at(at);
      if (span != null && span.start <= at) {
        long to = Math.min(end, span.end);
        planPiece(plan, span.piece, at, (int) (to - at));
        at = to;
        continue;
      }
      long to = span == null ? end : Math.min(end, span.start);
      if (at >= attr.sizeBytes()) {
        plan.hole((int) (to - at));
        at = to;
        continue;
      }
      if (!layout.knows(at)) {
        plan.missing(at);
        return plan;
      }
      to = Math.min(to, layout.knownEnd());
      Extent e = layout.at(at);
      if (e == null || e.fileOffset() > at) {
        to = e == null ? to : Math.min(to, e.fileOffset());
        plan.hole((int) (to - at));
      } else {
        to = Math.min(to, e.fileEnd());
        plan.chunk(ExtentMap.part(e, at, to));
      }
      at = to;
    }
    return plan;
  }

  /** Where data, or a hole, begins from {@code offset} on. */
  DataSeek seek(long offset, boolean hole) {
    long size = size();
    long at = offset;
    while (at < size) {
      Span span = overlay.at(at);
      boolean data;
      long to;
      if (span != null && span.start <= at) {
        data = true;
        to = span.end;
      } else {
        to = span == null ? size : Math.min(size, span.start);
        data = false;
        if (at < attr.sizeBytes()) {
          if (!layout.knows(at)) {
            return DataSeek.missing(at);
          }
          to = Math.min(to, layout.knownEnd());
          Extent e = layout.at(at);
          data = e != null && e.fileOffset() <= at;
          to = e == null ? to : Math.min(to, data ? e.fileEnd() : e.fileOffset());
        }
      }
      if (data != hole) {
        return DataSeek.found(at);
      }
      at = to;
    }
    return hole && offset < size ? DataSeek.found(size) : DataSeek.NOTHING;
  }

  private static void planPiece(ReadPlan plan, Piece piece, long at, int count) {
    int from = (int) (at - piece.start);
    OpenChunk chunk = piece.chunk;
    if (chunk != null) {
      plan.chunk(new Extent(at, count, chunk.id, piece.chunkOffset + from));
    } else if (piece.state == Piece.State.OPEN) {
      // It may be overwritten or move while the reader looks at it.
      plan.memory(
          NetThreads.allocator().directBuffer(count).writeBytes(piece.buffer(), from, count));
    } else {
      plan.memory(piece.buffer().retainedSlice(from, count));
    }
  }
}
