package io.dfs.client.write;

import io.dfs.common.error.FsException;
import io.dfs.common.message.DataSettings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The written pieces of a file in the order of the writes, and by whom they are sent. Confined to
 * the lock of its {@link FileState}, under which only the dirty budget is touched.
 */
final class DirtyPieces implements Iterable<Piece> {
  private final FileState file;
  private final Writing writing;
  private final PieceMap overlay;
  private final ArrayDeque<Piece> pieces = new ArrayDeque<>();

  /** The piece that is being filled, the last one. */
  private @Nullable Piece tail;

  private final RegionWriters writers;

  /** Who may still gather pieces of this file. */
  private final Set<ChunkWriter> gathering = new HashSet<>(2);

  private long lastSeq;
  private boolean lastWasFull;

  DirtyPieces(FileState file, Writing writing, PieceMap overlay) {
    this.file = file;
    this.writing = writing;
    this.overlay = overlay;
    this.writers = new RegionWriters(writing);
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  int size() {
    return pieces.size();
  }

  @Nullable Piece oldest() {
    return pieces.peek();
  }

  @Override
  public Iterator<Piece> iterator() {
    return pieces.iterator();
  }

  /** The number of the newest piece there ever was. */
  long lastSeq() {
    return lastSeq;
  }

  /**
   * Copies as much as there is memory for.
   *
   * @param append the bytes go to the end of the file; {@code offset} is where that is supposed
   * @param ready gets the pieces that shall be sent
   * @return bytes taken
   */
  int accept(
      long offset,
      boolean append,
      ByteBuf data,
      int index,
      int count,
      DataSettings settings,
      List<Piece> ready) {
    int done = 0;
    while (done < count) {
      long at = offset + done;
      Piece piece = tail;
      if (piece == null || !piece.takes(at, append)) {
        try {
          piece = newPiece(at, append, count - done, settings, ready);
        } catch (FsException e) {
          if (done == 0) {
            throw e;
          }
          break;
        }
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
      piece.continued = append && done < count;
      if (piece.isFull()) {
        closeTail(settings, ready);
      }
    }
    return done;
  }

  private @Nullable Piece newPiece(
      long at, boolean append, int wanted, DataSettings settings, List<Piece> ready) {
    int limit = Piece.roomAt(at);
    int capacity =
        lastWasFull && tail == null && limit == Piece.MAX_BYTES
            ? limit
            : Piece.capacityFor(Math.min(wanted, limit), limit);
    if (!writing.budget().tryAcquire(capacity)) {
      return null;
    }
    Piece piece;
    try {
      piece = new Piece(file, lastSeq + 1, at, append, capacity);
    } catch (OutOfMemoryError e) {
      // Before anything has changed.
      writing.budget().releaseQuietly(capacity);
      throw FsException.of(e);
    }
    lastSeq++;
    closeTail(settings, ready);
    if (pieces.isEmpty()) {
      writing.dirty(file);
    }
    pieces.add(piece);
    tail = piece;
    return piece;
  }

  /** No append goes on, so that no piece has to wait for the rest of one. */
  void endAppends() {
    pieces.forEach(piece -> piece.continued = false);
  }

  /** The end of the file was elsewhere: appends that follow are supposed there. */
  void moveAppends(long distance) {
    overlay.clear();
    for (Piece piece : pieces) {
      if (piece.append) {
        piece.start += distance;
      }
      if (piece.state != Piece.State.FAILED) {
        overlay.put(piece.start, piece.end(), piece);
      }
    }
  }

  /** The piece that is being filled gets no more. */
  void closeTail(DataSettings settings, List<Piece> ready) {
    Piece piece = tail;
    if (piece == null) {
      return;
    }
    tail = null;
    lastWasFull = piece.isFull();
    piece.state = Piece.State.SENDING;
    piece.sendingNanos = System.nanoTime();
    ChunkWriter writer = writers.writerFor(piece, settings);
    piece.writer = writer;
    gathering.add(writer);
    ready.add(piece);
  }

  /** Pieces are to be put on disk, now and probably later. */
  void synced() {
    writers.synced();
  }

  /** Those who may still gather pieces of this file, which are to be hurried now. */
  Set<ChunkWriter> takeGathering() {
    Set<ChunkWriter> taken = new HashSet<>(gathering);
    gathering.clear();
    return taken;
  }

  /** Drops the bytes of a piece; returns the memory that came free. */
  int fail(Piece piece) {
    piece.state = Piece.State.FAILED;
    overlay.remove(piece);
    return piece.free();
  }

  /** {@link #fail}s all that did not fail already; returns the memory that came free. */
  int failAll() {
    int freed = 0;
    for (Piece piece : pieces) {
      if (piece.state != Piece.State.FAILED) {
        freed += fail(piece);
      }
    }
    tail = null;
    return freed;
  }

  /** The oldest so many are committed or lost. */
  void removeOldest(List<Piece> head) {
    for (Piece piece : head) {
      pieces.remove();
      overlay.remove(piece);
    }
  }

  /** The file's own writers, which are no longer used from now on. */
  List<ChunkWriter> takeWriters() {
    return writers.take();
  }
}
