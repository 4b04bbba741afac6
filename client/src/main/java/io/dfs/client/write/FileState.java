package io.dfs.client.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.layout.CachedLayout;
import io.dfs.client.layout.ExtentMap;
import io.dfs.client.write.PieceMap.Span;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Timestamp;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A regular file that is open here or has dirty data. Shared; everything is under the object's own
 * lock, which is never held across I/O and under which only the dirty budget is touched.
 *
 * <p>Written bytes are in pieces, kept in the order of the writes. Pieces are sent in any order but
 * leave at the head only, once acknowledged: a commit takes the acknowledged pieces at the head, so
 * what the nameserver learns is always all writes up to some moment. A read sees pieces over the
 * committed layout.
 */
public final class FileState {
  private static final Logger log = LoggerFactory.getLogger(FileState.class);
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  /** So many acknowledged pieces are committed without being asked for: a commit of 30 KB. */
  private static final int COMMIT_PIECES = 1000;

  private record Flush(long ticket, boolean durable, CompletableFuture<Void> result) {}

  /** What one commit takes: its pieces, and their extents after cutting one another. */
  record Commit(
      List<Piece> pieces,
      List<Extent> extents,
      @Nullable Timestamp mtime,
      long upTo,
      boolean durable,
      boolean clearSetIds,
      Map<ChunkId, Integer> unsynced,
      boolean syncAll) {}

  private final InodeId inode;
  private final Writing writing;

  @GuardedBy("this")
  private Attr attr;

  @GuardedBy("this")
  private long attrNanos = System.nanoTime();

  @GuardedBy("this")
  private final CachedLayout layout = new CachedLayout();

  @GuardedBy("this")
  private final ArrayDeque<Piece> pieces = new ArrayDeque<>();

  @GuardedBy("this")
  private final PieceMap overlay = new PieceMap();

  @GuardedBy("this")
  private final ArrayDeque<Flush> flushes = new ArrayDeque<>();

  /** Lengths up to which chunks hold bytes of the file that were not synced yet. */
  @GuardedBy("this")
  private Map<ChunkId, Integer> unsynced = new HashMap<>();

  /** Whether everything committed, but for {@link #unsynced}, is known to be on disk. */
  @GuardedBy("this")
  private boolean restSynced;

  @GuardedBy("this")
  private @Nullable Piece tail;

  @GuardedBy("this")
  private @Nullable ChunkWriter own;

  @GuardedBy("this")
  private @Nullable Timestamp mtime;

  @GuardedBy("this")
  private @Nullable FsException error;

  @GuardedBy("this")
  private long localEnd;

  /** End of the appends that wait for memory, of which there are {@link #appends}. */
  @GuardedBy("this")
  private long reservedEnd;

  @GuardedBy("this")
  private int appends;

  @GuardedBy("this")
  private long lastSeq;

  @GuardedBy("this")
  private long committedSeq;

  @GuardedBy("this")
  private boolean committing;

  @GuardedBy("this")
  private boolean commitDue;

  @GuardedBy("this")
  private boolean clearSetIds;

  @GuardedBy("this")
  private boolean lastWasFull;

  /** Owned by {@link Writing}'s map. */
  int handles;

  FileState(InodeId inode, Attr attr, Writing writing) {
    this.inode = inode;
    this.attr = attr;
    this.writing = writing;
    this.restSynced = attr.sizeBytes() == 0;
  }

  public InodeId inode() {
    return inode;
  }

  // ---- attributes and layout

  /** Takes in attributes from the nameserver; older ones than known are ignored. */
  synchronized void onAttr(Attr fresh) {
    if (fresh.version() < attr.version()) {
      return;
    }
    attr = fresh;
    attrNanos = System.nanoTime();
    if (!committing) {
      layout.keepOnly(fresh.version());
    }
  }

  /** {@code known} as this client sees it: with what it has written and not committed. */
  public synchronized Attr view(Attr known) {
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
        a.settings());
  }

  public synchronized Attr attr() {
    return view(attr);
  }

  public synchronized long size() {
    return Math.max(attr.sizeBytes(), localEnd);
  }

  public synchronized boolean isOlderThan(long nanos) {
    return System.nanoTime() - attrNanos > nanos;
  }

  public synchronized long layoutVersion() {
    return layout.version();
  }

  /** The layout from {@code offset} on, as the nameserver told it. */
  public synchronized void learnLayout(long offset, Layout part) {
    // During a commit it may or may not hold what is committed; its version will tell.
    if (committing || part.version() >= attr.version()) {
      layout.learn(offset, part);
    }
  }

  public synchronized void dropLayout() {
    layout.drop();
  }

  synchronized void truncated(Attr reply, long size) {
    layout.truncated(size, reply.version());
  }

  // ---- reading

  /** Where the bytes from {@code offset} are; never past the end of the file. */
  public synchronized ReadPlan plan(long offset, int length) {
    ReadPlan plan = new ReadPlan();
    long end = Math.min(offset + length, Math.max(attr.sizeBytes(), localEnd));
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

  @GuardedBy("this")
  private void planPiece(ReadPlan plan, Piece piece, long at, int count) {
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

  // ---- writing

  /**
   * Reserves the place of an append.
   *
   * @return the offset at which it goes
   */
  synchronized long reserveAppend(int count) {
    long at = Math.max(attr.sizeBytes(), localEnd);
    if (at <= Long.MAX_VALUE - count) {
      localEnd = at + count;
      reservedEnd = localEnd;
    }
    appends++;
    return at;
  }

  synchronized void appendEnded() {
    appends--;
  }

  /**
   * Copies as much as there is memory for.
   *
   * @param ready gets the pieces that shall be sent
   * @return bytes taken
   */
  synchronized int accept(
      long offset, ByteBuf data, int index, int count, boolean mayClearSetIds, List<Piece> ready) {
    if (error != null) {
      throw takeError();
    }
    int done = 0;
    while (done < count) {
      long at = offset + done;
      Piece piece = tail;
      if (piece == null || !piece.takes(at)) {
        piece = newPiece(at, count - done, ready);
        if (piece == null) {
          break;
        }
      }
      int position = (int) (at - piece.start);
      int n = Math.min(count - done, piece.limit - position);
      if (position + n > piece.capacity) {
        int capacity = Piece.capacityFor(position + n, piece.limit);
        if (writing.budget().tryAcquire(capacity - piece.capacity)) {
          piece.grow(capacity);
        } else {
          n = piece.capacity - position;
          if (n <= 0) {
            break;
          }
        }
      }
      piece.write(at, data, index + done, n);
      overlay.put(at, at + n, piece);
      done += n;
      localEnd = Math.max(localEnd, at + n);
      if (piece.isFull()) {
        closeTail(ready);
      }
    }
    if (done > 0) {
      mtime = Timestamp.of(Instant.now());
      clearSetIds |= mayClearSetIds && (attr.mode() & 06000) != 0;
    }
    return done;
  }

  @GuardedBy("this")
  private @Nullable Piece newPiece(long at, int wanted, List<Piece> ready) {
    int limit = Piece.roomAt(at);
    int capacity =
        lastWasFull && tail == null && limit == Piece.MAX_BYTES
            ? limit
            : Piece.capacityFor(Math.min(wanted, limit), limit);
    if (!writing.budget().tryAcquire(capacity)) {
      return null;
    }
    closeTail(ready);
    if (pieces.isEmpty() && !committing) {
      writing.dirty(this);
    }
    Piece piece = new Piece(this, ++lastSeq, at, capacity);
    pieces.add(piece);
    tail = piece;
    return piece;
  }

  @GuardedBy("this")
  private void closeTail(List<Piece> ready) {
    Piece piece = tail;
    if (piece == null) {
      return;
    }
    tail = null;
    lastWasFull = piece.isFull();
    if (own == null && piece.length == Piece.MAX_BYTES) {
      own = writing.newWriter(attr.settings());
    }
    piece.state = Piece.State.SENDING;
    piece.sendingNanos = System.nanoTime();
    piece.writer = own != null ? own : writing.sharedWriter(attr.settings());
    ready.add(piece);
  }

  static void send(List<Piece> ready) {
    for (Piece piece : ready) {
      ChunkWriter writer = piece.writer;
      if (writer != null) {
        writer.submit(piece);
      }
    }
  }

  synchronized boolean isWanted(Piece piece) {
    return piece.state == Piece.State.SENDING;
  }

  synchronized long sendingSince(Piece piece) {
    return piece.sendingNanos;
  }

  synchronized @Nullable ByteBuf retainBytes(Piece piece) {
    return piece.state == Piece.State.SENDING
        ? piece.buffer().retainedSlice(0, piece.length)
        : null;
  }

  /** Every replica has the piece; false when it was dropped meanwhile. */
  boolean acked(Piece piece, OpenChunk chunk, int offset) {
    int freed;
    synchronized (this) {
      if (piece.state != Piece.State.SENDING) {
        return false;
      }
      piece.state = Piece.State.ACKED;
      piece.chunk = chunk;
      piece.chunkOffset = offset;
      freed = piece.free();
      unsynced.merge(chunk.id, offset + piece.length, Math::max);
    }
    writing.budget().release(freed);
    advance();
    return true;
  }

  void failed(Piece piece, FsException failure) {
    int freed;
    synchronized (this) {
      if (piece.state != Piece.State.SENDING) {
        return;
      }
      freed = fail(piece, failure);
    }
    log.warn(
        "inode {}: {} written bytes at {} are lost: {}",
        inode,
        piece.length,
        piece.start,
        failure.getMessage());
    writing.budget().release(freed);
    advance();
  }

  @GuardedBy("this")
  private int fail(Piece piece, FsException failure) {
    piece.state = Piece.State.FAILED;
    overlay.remove(piece);
    error = failure;
    return piece.free();
  }

  /** The session has ended: what was not committed is lost. */
  void dropUncommitted() {
    int freed = 0;
    int settled = 0;
    synchronized (this) {
      if (pieces.isEmpty()) {
        own = null;
        return;
      }
      FsException failure =
          new FsException(
              Errno.EIO,
              "written data was lost: the session with the nameserver ended before it was"
                  + " committed; write it again");
      for (Piece piece : pieces) {
        if (piece.state != Piece.State.FAILED) {
          freed += fail(piece, failure);
          settled++;
        }
      }
      tail = null;
      own = null;
    }
    log.warn("inode {}: the session ended with {} pieces not committed", inode, settled);
    writing.budget().release(freed);
    advance();
  }

  @GuardedBy("this")
  private FsException takeError() {
    FsException e = error;
    error = null;
    return e == null ? new FsException(Errno.EIO, "no error") : e;
  }

  // ---- flushing and committing

  /** All written so far is on every replica and committed (and on disk when durable). */
  public CompletableFuture<Void> flush(boolean durable) {
    List<Piece> ready = new ArrayList<>(1);
    Flush flush;
    synchronized (this) {
      boolean clean = pieces.isEmpty() && !committing;
      if (clean && error != null) {
        return CompletableFuture.failedFuture(takeError());
      }
      if (clean && !durable) {
        return DONE;
      }
      closeTail(ready);
      flush = new Flush(lastSeq, durable, new CompletableFuture<>());
      flushes.add(flush);
    }
    send(ready);
    advance();
    return flush.result();
  }

  /** Sends what is gathered; with {@code commit}, commits as soon as that is acknowledged. */
  void sendTail(boolean commit) {
    List<Piece> ready = new ArrayList<>(1);
    synchronized (this) {
      closeTail(ready);
      commitDue |= commit;
    }
    send(ready);
    if (commit) {
      advance();
    }
  }

  /** Whether the oldest piece has waited for a commit for so long. */
  synchronized boolean isStale(long nanos) {
    Piece oldest = pieces.peek();
    return oldest != null && System.nanoTime() - oldest.bornNanos > nanos;
  }

  synchronized boolean isClean() {
    return pieces.isEmpty() && !committing;
  }

  /** No handle writes any more: the file's own chunk is not appended to from now on. */
  void closeWriter() {
    ChunkWriter writer;
    synchronized (this) {
      writer = own;
      own = null;
    }
    if (writer != null) {
      writer.close();
    }
  }

  /** Starts a commit if one is wanted and possible. */
  private void advance() {
    Commit commit;
    synchronized (this) {
      commit = committing ? null : nextCommit();
      if (commit == null) {
        return;
      }
      committing = true;
    }
    writing.commit(this, commit).whenComplete((reply, failure) -> ended(commit, reply, failure));
  }

  @GuardedBy("this")
  private @Nullable Commit nextCommit() {
    List<Piece> head = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.state != Piece.State.ACKED && piece.state != Piece.State.FAILED) {
        break;
      }
      head.add(piece);
    }
    long upTo = head.isEmpty() ? committedSeq : head.get(head.size() - 1).seq;
    boolean wanted = false;
    boolean durable = false;
    for (Flush flush : flushes) {
      if (flush.ticket() <= upTo) {
        wanted = true;
        durable |= flush.durable();
      }
    }
    if (!wanted && !(!head.isEmpty() && (commitDue || head.size() >= COMMIT_PIECES))) {
      return null;
    }
    commitDue &= head.size() < pieces.size();
    ExtentMap extents = new ExtentMap();
    for (Piece piece : head) {
      OpenChunk chunk = piece.chunk;
      if (piece.state == Piece.State.ACKED && chunk != null) {
        extents.add(new Extent(piece.start, piece.length, chunk.id, piece.chunkOffset));
      }
    }
    return new Commit(
        head,
        extents.copy(),
        mtime,
        upTo,
        durable,
        clearSetIds,
        new HashMap<>(unsynced),
        !restSynced);
  }

  private void ended(Commit commit, @Nullable Attr reply, @Nullable Throwable failure) {
    List<Flush> done = new ArrayList<>();
    FsException problem;
    int settled = 0;
    synchronized (this) {
      for (Piece piece : commit.pieces()) {
        pieces.remove();
        overlay.remove(piece);
      }
      if (reply != null) {
        layout.committed(commit.extents(), reply.version());
        if (reply.version() >= attr.version()) {
          attr = reply;
          attrNanos = System.nanoTime();
        }
        layout.keepOnly(attr.version());
      } else if (failure != null) {
        error = FsException.of(failure);
        layout.drop();
      }
      if (commit.durable() && failure == null) {
        restSynced = true;
        unsynced
            .entrySet()
            .removeIf(e -> commit.unsynced().getOrDefault(e.getKey(), 0) >= e.getValue());
      }
      committing = false;
      committedSeq = commit.upTo();
      if (pieces.isEmpty()) {
        mtime = null;
        clearSetIds = false;
      }
      localEnd = appends == 0 ? 0 : reservedEnd;
      for (Piece piece : pieces) {
        localEnd = Math.max(localEnd, piece.end());
      }
      long upTo = committedSeq;
      flushes.removeIf(
          f ->
              f.ticket() <= upTo
                  && (!f.durable() || commit.durable() || failure != null)
                  && done.add(f));
      problem = done.isEmpty() || error == null ? null : takeError();
      if (pieces.isEmpty()) {
        writing.clean(this);
      }
    }
    for (Piece piece : commit.pieces()) {
      OpenChunk chunk = piece.chunk;
      if (chunk != null) {
        chunk.settled(1);
        settled++;
      }
    }
    if (failure != null && settled > 0) {
      log.warn(
          "inode {}: {} pieces could not be committed: {}", inode, settled, failure.getMessage());
    }
    if (reply != null) {
      writing.changed(reply);
    }
    for (Flush flush : done) {
      if (problem != null) {
        flush.result().completeExceptionally(problem);
      } else {
        flush.result().complete(null);
      }
    }
    writing.forgetIfUnused(this);
    advance();
  }
}
