package io.dfs.client.write;

import io.dfs.client.layout.ExtentMap;
import io.dfs.client.write.FileView.Append;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Timestamp;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
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
 *
 * <p>Appends are committed apart from writes to a place, since the nameserver moves them to the end
 * of the file; one that is in several pieces is committed whole, so that no other client's bytes
 * come between.
 */
final class CommitOrder {
  /**
   * So many acknowledged pieces are committed without being asked for, and never more at once: a
   * commit of 30 KB, for which the nameserver makes others wait some 20 ms at most.
   */
  private static final int COMMIT_PIECES = 1000;

  /**
   * Somebody waits until the pieces up to number {@code ticket} are committed.
   *
   * @param quiet whether they were lost is for others to hear
   */
  record Flush(long ticket, boolean durable, boolean quiet, CompletableFuture<Void> result) {}

  /**
   * What one commit takes: its pieces, and their extents after cutting one another.
   *
   * @param append the extents belong at the end of the file, wherever that is
   */
  record Commit(
      List<Piece> pieces,
      List<Extent> extents,
      @Nullable Timestamp mtime,
      long upTo,
      boolean durable,
      boolean clearSetIds,
      boolean append,
      Map<ChunkId, Integer> unsynced,
      boolean syncAll) {

    /** How much further on the appended bytes are than was supposed, when the file ends there. */
    long moved(long size) {
      return append && !extents.isEmpty() ? size - extents.get(extents.size() - 1).fileEnd() : 0;
    }
  }

  private final ArrayDeque<Flush> flushes = new ArrayDeque<>();

  /** Lengths up to which chunks hold bytes of the file that were not synced yet. */
  private final Map<ChunkId, Integer> unsynced = new HashMap<>();

  /** Whether everything committed, but for {@link #unsynced}, is known to be on disk. */
  private boolean restSynced;

  /** Appends that wait for memory, each with the last piece that is wholly of others before it. */
  private final Map<Append, Long> halfDone = new HashMap<>();

  private long committedSeq;
  private boolean committing;
  private boolean changing;
  private boolean commitDue;
  private boolean clearSetIds;

  CommitOrder(boolean restSynced) {
    this.restSynced = restSynced;
  }

  boolean isCommitting() {
    return committing;
  }

  /** Whether a commit is under way that changes the file, and does not only put it on disk. */
  boolean isChanging() {
    return changing;
  }

  CompletableFuture<Void> flush(long ticket, boolean durable, boolean quiet) {
    Flush flush = new Flush(ticket, durable, quiet, new CompletableFuture<>());
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

  /**
   * A chunk has bytes of the file.
   *
   * @param end where they end in it
   * @param onDisk so much of it is on disk
   */
  void acked(ChunkId chunk, int end, int onDisk) {
    unsynced.merge(chunk, end, Math::max);
    unsynced.computeIfPresent(chunk, (key, length) -> length <= onDisk ? null : length);
  }

  /** The append has not got all its bytes in: what follows piece {@code lastSeq} waits for it. */
  void appendWaits(Append append, long lastSeq) {
    halfDone.putIfAbsent(append, lastSeq);
  }

  /** True when something may have waited for it. */
  boolean appendEnded(Append append) {
    return halfDone.remove(append) != null;
  }

  /** The commit that is wanted and possible, which has then begun; or null. */
  @Nullable Commit begin(DirtyPieces pieces, @Nullable Timestamp mtime) {
    Commit commit = committing ? null : next(pieces, mtime);
    committing |= commit != null;
    changing |= commit != null && !commit.extents().isEmpty();
    return commit;
  }

  private @Nullable Commit next(DirtyPieces pieces, @Nullable Timestamp mtime) {
    List<Piece> head = head(pieces);
    long upTo = head.isEmpty() ? committedSeq : head.get(head.size() - 1).seq;
    boolean wanted = false;
    boolean durable = false;
    for (Flush flush : flushes) {
      if (flush.ticket() <= upTo) {
        wanted = true;
        durable |= flush.durable();
      } else if (endsWhereKindsMeet(head, pieces)) {
        wanted = true;
      }
    }
    if (!wanted && !(!head.isEmpty() && (commitDue || head.size() >= COMMIT_PIECES))) {
      return null;
    }
    commitDue &= head.size() < pieces.size();
    boolean append = !head.isEmpty() && head.get(0).append;
    return new Commit(
        head,
        extents(head, append),
        mtime,
        upTo,
        durable,
        clearSetIds,
        append,
        new HashMap<>(unsynced),
        !restSynced);
  }

  /** Whether what follows can only be committed after the head: never both kinds in one commit. */
  private static boolean endsWhereKindsMeet(List<Piece> head, DirtyPieces pieces) {
    int place = 0;
    for (Piece piece : pieces) {
      if (!head.isEmpty() && place++ == head.size()) {
        return piece.append != head.get(0).append;
      }
    }
    return false;
  }

  /** The acknowledged pieces at the head that may go into one commit. */
  private List<Piece> head(DirtyPieces pieces) {
    long last = halfDone.isEmpty() ? Long.MAX_VALUE : Collections.min(halfDone.values());
    List<Piece> head = new ArrayList<>();
    for (Piece piece : pieces) {
      boolean settled = piece.state == Piece.State.ACKED || piece.state == Piece.State.FAILED;
      if (!settled || piece.seq > last || (!head.isEmpty() && head.get(0).append != piece.append)) {
        break;
      }
      if (head.size() >= COMMIT_PIECES && !head.get(head.size() - 1).continued) {
        break;
      }
      head.add(piece);
    }
    while (!head.isEmpty() && head.get(head.size() - 1).continued) {
      head.remove(head.size() - 1);
    }
    return head;
  }

  /** Appended bytes follow each other, however far apart their places were supposed to be. */
  private static List<Extent> extents(List<Piece> head, boolean append) {
    ExtentMap extents = new ExtentMap();
    long end = append ? head.get(0).start : 0;
    for (Piece piece : head) {
      OpenChunk chunk = piece.chunk;
      if (piece.state == Piece.State.ACKED && chunk != null) {
        long at = append ? end : piece.start;
        extents.add(new Extent(at, piece.length, chunk.id, piece.chunkOffset));
        end = at + piece.length;
      }
    }
    return extents.copy();
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
    changing = false;
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
