package io.dfs.client.write;

import io.dfs.client.layout.ExtentMap;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Timestamp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What of a file is committed next, and which flushes that answers. Confined to the lock of its
 * {@link FileState}.
 *
 * <p>A commit takes the acknowledged pieces at the head, so what the nameserver learns is always
 * all writes up to some moment. There is one commit at a time.
 */
final class CommitOrder {
  /** So many acknowledged pieces are committed without being asked for: a commit of 30 KB. */
  private static final int COMMIT_PIECES = 1000;

  /** Somebody waits until the pieces up to number {@code ticket} are committed. */
  record Flush(long ticket, boolean durable, CompletableFuture<Void> result) {}

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

  private final ArrayDeque<Flush> flushes = new ArrayDeque<>();

  /** Lengths up to which chunks hold bytes of the file that were not synced yet. */
  private final Map<ChunkId, Integer> unsynced = new HashMap<>();

  /** Whether everything committed, but for {@link #unsynced}, is known to be on disk. */
  private boolean restSynced;

  private long committedSeq;
  private boolean committing;
  private boolean commitDue;
  private boolean clearSetIds;

  CommitOrder(boolean restSynced) {
    this.restSynced = restSynced;
  }

  boolean isCommitting() {
    return committing;
  }

  CompletableFuture<Void> flush(long ticket, boolean durable) {
    Flush flush = new Flush(ticket, durable, new CompletableFuture<>());
    flushes.add(flush);
    return flush.result();
  }

  /** What is acknowledged by then shall be committed without a flush. */
  void commitSoon() {
    commitDue = true;
  }

  /** The next commit clears the set-id bits. */
  void clearSetIds() {
    clearSetIds = true;
  }

  void acked(ChunkId chunk, int end) {
    unsynced.merge(chunk, end, Math::max);
  }

  /** The commit that is wanted and possible, which has then begun; or null. */
  @Nullable Commit begin(DirtyPieces pieces, @Nullable Timestamp mtime) {
    Commit commit = committing ? null : next(pieces, mtime);
    committing |= commit != null;
    return commit;
  }

  private @Nullable Commit next(DirtyPieces pieces, @Nullable Timestamp mtime) {
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

  /**
   * The commit has its answer.
   *
   * @param clean no piece is left
   * @return the flushes that are answered by it
   */
  List<Flush> end(Commit commit, boolean failed, boolean clean) {
    if (commit.durable() && !failed) {
      restSynced = true;
      unsynced
          .entrySet()
          .removeIf(e -> commit.unsynced().getOrDefault(e.getKey(), 0) >= e.getValue());
    }
    committing = false;
    committedSeq = commit.upTo();
    if (clean) {
      clearSetIds = false;
    }
    List<Flush> done = new ArrayList<>();
    flushes.removeIf(
        f ->
            f.ticket() <= committedSeq
                && (!f.durable() || commit.durable() || failed)
                && done.add(f));
    return done;
  }
}
