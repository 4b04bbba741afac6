package io.dfs.client.write;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.write.CommitOrder.Commit;
import io.dfs.client.write.CommitOrder.Flush;
import io.dfs.client.write.FileView.Append;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DirtyFile;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Timestamp;
import io.netty.buffer.ByteBuf;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A regular file that is open here or has dirty data. Shared; everything is under the object's own
 * lock, which is never held across I/O and under which only the dirty budget is touched.
 *
 * <p>Written bytes are in {@link DirtyPieces}, sent in any order but leaving at the head only, once
 * acknowledged and committed in {@link CommitOrder}. A {@link FileView} shows them over the
 * committed layout. Here is the lock of the three, and what is done outside it.
 */
public final class FileState {
  private static final Logger log = LoggerFactory.getLogger(FileState.class);

  /** Another client may have written the file, or may be about to read it. */
  static final int NO_LEASE = -1;

  /** Extents of a layout that is worth keeping for the next open. */
  private static final int MAX_WHOLE = 64;

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final InodeId inode;
  private final Writing writing;

  @GuardedBy("this")
  private final FileView view;

  @GuardedBy("this")
  private final DirtyPieces pieces;

  @GuardedBy("this")
  private final CommitOrder commits;

  /** The version of the content that what is dirty was written over. */
  @GuardedBy("this")
  private long baseVersion;

  @GuardedBy("this")
  private final UnfinishedWrites unfinished = new UnfinishedWrites();

  /** The next to ask whether all is well is told. */
  @GuardedBy("this")
  private @Nullable FsException error;

  /** Owned by {@link Writing}'s map. */
  int handles;

  /** Whether a kernel may keep bytes that were read. */
  private volatile boolean shown;

  FileState(InodeId inode, Attr attr, Writing writing) {
    this.inode = inode;
    this.writing = writing;
    PieceMap overlay = new PieceMap();
    this.view = new FileView(attr, overlay);
    this.pieces = new DirtyPieces(this, writing, overlay);
    this.commits = new CommitOrder(attr.sizeBytes() == 0);
    this.baseVersion = attr.version();
  }

  public InodeId inode() {
    return inode;
  }

  /** Bytes of it were read, which a kernel may keep. */
  public void shown() {
    if (!shown) {
      shown = true;
    }
  }

  boolean isShown() {
    return shown;
  }

  boolean takeShown() {
    boolean was = shown;
    shown = false;
    return was;
  }

  // ---- attributes and layout

  /** Takes in attributes from the nameserver; older ones than known are ignored. */
  synchronized void onAttr(Attr fresh) {
    if (view.onAttr(fresh) && !commits.isChanging()) {
      view.layout().keepOnly(fresh.version());
    }
    if (writing.mayWrite(inode)) {
      baseVersion = view.attr().version();
    }
  }

  /** {@code known} as this client sees it: with what it has written and not committed. */
  public synchronized Attr view(Attr known) {
    return view.over(known);
  }

  public synchronized Attr attr() {
    return view.over(view.attr());
  }

  public synchronized long size() {
    return view.size();
  }

  public synchronized boolean isOlderThan(long nanos) {
    return view.isOlderThan(nanos);
  }

  public synchronized long layoutVersion() {
    return view.layout().version();
  }

  /** The layout from {@code offset} on, as the nameserver told it. */
  public synchronized void learnLayout(long offset, Layout part) {
    view.learnLayout(offset, part, commits.isCommitting());
  }

  /** The whole committed layout, when it is known and small. */
  public synchronized @Nullable Layout wholeLayout() {
    return view.layout().whole(MAX_WHOLE);
  }

  public synchronized void dropLayout() {
    view.layout().drop();
  }

  synchronized void truncated(Attr reply, long size) {
    view.layout().truncated(size, reply.version());
  }

  /** Where data, or a hole, begins from {@code offset} on. */
  public synchronized DataSeek seek(long offset, boolean hole) {
    return view.seek(offset, hole);
  }

  /** Where the bytes from {@code offset} are; never past the end of the file. */
  public synchronized ReadPlan plan(long offset, int length) {
    return view.plan(offset, length);
  }

  // ---- writing

  /**
   * Begins an append, which reserves its place; {@link #appendEnded} ends it.
   *
   * @param end of what the kernel was asked to append, where it supposes that
   * @return null without the write lease
   */
  synchronized @Nullable Append reserveAppend(int count, long end) {
    if (!writing.mayWrite(inode) && !unfinished.goOn()) {
      return null;
    }
    unfinished.beginAppend(end);
    return view.reserveAppend(count);
  }

  /** The last of a write that was taken in by halves is in, or given up. */
  void writeEnded() {
    synchronized (this) {
      unfinished.end();
    }
    lookForTheLast();
  }

  void appendEnded(Append append, boolean failed) {
    boolean waited;
    synchronized (this) {
      view.appendEnded();
      waited = commits.appendEnded(append);
      if (failed) {
        pieces.endAppends();
      }
      unfinished.endAppend(failed);
    }
    lookForTheLast();
    if (waited || failed) {
      advance();
    }
  }

  /** Whoever waits for the writes that have begun may go on when there is none. */
  private void lookForTheLast() {
    CompletableFuture<Void> waiting;
    long nanosLeft;
    synchronized (this) {
      waiting = unfinished.takeWaiting();
      nanosLeft = unfinished.nanosLeft();
    }
    if (waiting != null) {
      waiting.complete(null);
    } else if (nanosLeft > 0 && !writing.later(this::lookForTheLast, nanosLeft)) {
      synchronized (this) {
        unfinished.expectNoMore();
      }
      lookForTheLast();
    }
  }

  /**
   * Copies as much as there is memory for.
   *
   * @param offset where it goes; of an append, where it was supposed to go
   * @param begun its beginning was taken in before: the lease is not given back before its end
   * @param ready gets the pieces that shall be sent
   * @return bytes taken; if not all, {@link #writeEnded} is to be called in the end. {@link
   *     #NO_LEASE} when none may be
   */
  synchronized int accept(
      long offset,
      @Nullable Append append,
      boolean begun,
      ByteBuf data,
      int index,
      int count,
      boolean mayClearSetIds,
      List<Piece> ready) {
    if (error != null) {
      throw takeError();
    }
    boolean leased = writing.mayWrite(inode);
    if (!leased && append == null && !begun) {
      return NO_LEASE;
    }
    Attr attr = view.attr();
    if (leased) {
      baseVersion = attr.version();
    }
    long at = append == null ? offset : offset + view.movedSince(append);
    long before = pieces.lastSeq() - 1;
    int done = pieces.accept(at, append != null, data, index, count, attr.settings(), ready);
    if (append != null && done < count) {
      commits.appendWaits(append, before);
    } else if (append == null && !begun && done > 0 && done < count) {
      unfinished.begin();
    }
    if (done > 0) {
      view.wroteTo(at + done);
      view.wroteAt(Timestamp.of(Instant.now()));
      if (mayClearSetIds && (attr.mode() & 06000) != 0) {
        commits.clearSetIds();
      }
    }
    return done;
  }

  /** Pieces that nobody waits for. */
  static void send(List<Piece> ready) {
    for (Piece piece : ready) {
      ChunkWriter writer = piece.writer;
      if (writer != null) {
        writer.submit(piece);
      }
    }
  }

  /** The last pieces before somebody waits, and all that have gathered at {@code writers}. */
  private static void sendNow(List<Piece> ready, Set<ChunkWriter> writers, boolean onDisk) {
    for (Piece piece : ready) {
      ChunkWriter writer = piece.writer;
      if (writer != null) {
        writer.hurry(piece, onDisk);
        writers.remove(writer);
      }
    }
    writers.forEach(writer -> writer.hurry(null, onDisk));
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

  /**
   * Every replica has the piece; false when it was dropped meanwhile.
   *
   * @param onDisk so much of the chunk is on disk everywhere
   */
  boolean acked(Piece piece, OpenChunk chunk, int offset, int onDisk) {
    int freed;
    synchronized (this) {
      if (piece.state != Piece.State.SENDING) {
        return false;
      }
      piece.state = Piece.State.ACKED;
      piece.chunk = chunk;
      piece.chunkOffset = offset;
      freed = piece.free();
      commits.acked(chunk.id, offset + piece.length, onDisk);
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
      freed = pieces.fail(piece);
      error = failure;
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

  /** The session has ended: what was not committed is lost. */
  void dropUncommitted() {
    int freed;
    int lost;
    synchronized (this) {
      pieces.takeWriters();
      lost = pieces.size();
      if (lost == 0) {
        return;
      }
      freed = pieces.failAll();
      error =
          new FsException(
              Errno.EIO,
              "written data was lost: the session with the nameserver ended before it was"
                  + " committed; write it again");
    }
    log.warn("inode {}: the session ended with {} pieces not committed", inode, lost);
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
    return flush(durable, false);
  }

  /**
   * All that is being written is on every replica and committed, or lost: of that the next flush or
   * write tells, not this. For giving the write lease back, so nothing more must be let in.
   */
  CompletableFuture<Void> settle() {
    CompletableFuture<Void> taken;
    synchronized (this) {
      taken = unfinished.awaitNone();
    }
    lookForTheLast();
    return taken.thenCompose(done -> flush(false, true));
  }

  private CompletableFuture<Void> flush(boolean durable, boolean quiet) {
    List<Piece> ready = new ArrayList<>(1);
    Set<ChunkWriter> writers;
    CompletableFuture<Void> flushed;
    synchronized (this) {
      boolean clean = isClean();
      if (clean && error != null && !quiet) {
        return CompletableFuture.failedFuture(takeError());
      }
      if (clean && !durable) {
        return DONE;
      }
      if (durable) {
        pieces.synced();
      }
      pieces.closeTail(view.attr().settings(), ready);
      writers = pieces.takeGathering();
      flushed = commits.flush(pieces.lastSeq(), durable, quiet);
    }
    sendNow(ready, writers, durable);
    advance();
    return flushed;
  }

  /** Sends what is gathered; with {@code commit}, commits as soon as that is acknowledged. */
  void sendTail(boolean commit) {
    List<Piece> ready = new ArrayList<>(1);
    Set<ChunkWriter> writers;
    synchronized (this) {
      pieces.closeTail(view.attr().settings(), ready);
      writers = pieces.takeGathering();
      if (commit) {
        commits.commitSoon();
      }
    }
    sendNow(ready, writers, false);
    if (commit) {
      advance();
    }
  }

  /** Whether the oldest piece has waited for a commit for so long. */
  synchronized boolean isStale(long nanos) {
    Piece oldest = pieces.oldest();
    return oldest != null && System.nanoTime() - oldest.bornNanos > nanos;
  }

  /** What the nameserver has to know of it, if anything. */
  synchronized Optional<DirtyFile> uncommitted() {
    return pieces.isEmpty() && unfinished.areNone()
        ? Optional.empty()
        : Optional.of(new DirtyFile(inode, baseVersion));
  }

  synchronized long baseVersion() {
    return baseVersion;
  }

  /** Whether nothing is written that is not committed, and no write has begun. */
  synchronized boolean isSettled() {
    return isClean() && unfinished.areNone();
  }

  /** What the next to ask whether all is well is to be told. */
  public synchronized @Nullable FsException untold() {
    return error;
  }

  /** It happened in another process, whose files go on here. */
  public synchronized void tellNext(FsException failure) {
    error = failure;
  }

  /** The attributes as the nameserver told them last. */
  public synchronized Attr committedAttr() {
    return view.attr();
  }

  synchronized boolean isClean() {
    return pieces.isEmpty() && !commits.isCommitting();
  }

  /** No handle writes any more: the file's own chunks are not appended to from now on. */
  void closeWriter() {
    List<ChunkWriter> writers;
    synchronized (this) {
      writers = pieces.takeWriters();
    }
    writers.forEach(ChunkWriter::close);
  }

  /** Starts a commit if one is wanted and possible. */
  private void advance() {
    Commit commit;
    synchronized (this) {
      commit = commits.begin(pieces, view.mtime());
      if (commit == null) {
        return;
      }
    }
    long stamp = writing.stamp();
    writing
        .commit(this, commit)
        .whenComplete((reply, failure) -> ended(commit, reply, failure, stamp));
  }

  private void ended(Commit commit, @Nullable Attr reply, @Nullable Throwable failure, long stamp) {
    List<Flush> done;
    FsException problem;
    synchronized (this) {
      pieces.removeOldest(commit.pieces());
      if (reply != null) {
        view.committed(placed(commit, reply), reply);
        baseVersion = reply.version();
      } else if (failure != null) {
        error = FsException.of(failure);
        view.layout().drop();
      }
      view.keepOnly(pieces);
      done = commits.end(commit, failure != null, pieces.isEmpty());
      boolean told = done.stream().anyMatch(flush -> !flush.quiet());
      problem = told && error != null ? takeError() : null;
      if (pieces.isEmpty()) {
        writing.clean(this);
      }
    }
    settle(commit, failure);
    if (reply != null) {
      writing.changed(reply, stamp);
      if (commit.moved(reply.sizeBytes()) != 0) {
        writing.moved(inode);
      }
    }
    for (Flush flush : done) {
      if (problem != null && !flush.quiet()) {
        flush.result().completeExceptionally(problem);
      } else {
        flush.result().complete(null);
      }
    }
    writing.forgetIfUnused(this);
    advance();
  }

  /** The extents where the nameserver has put them; what was supposed otherwise moves along. */
  @GuardedBy("this")
  private List<Extent> placed(Commit commit, Attr reply) {
    List<Extent> extents = commit.extents();
    long distance = commit.moved(reply.sizeBytes());
    Piece last = commit.pieces().get(commit.pieces().size() - 1);
    long next = commit.append() ? reply.sizeBytes() - last.end() : 0;
    if (next != 0) {
      pieces.moveAppends(next);
      view.moved(next);
    }
    if (distance == 0) {
      return extents;
    }
    return extents.stream()
        .map(e -> new Extent(e.fileOffset() + distance, e.length(), e.chunk(), e.chunkOffset()))
        .toList();
  }

  private void settle(Commit commit, @Nullable Throwable failure) {
    int settled = 0;
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
  }
}
