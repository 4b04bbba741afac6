package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reading and changing the extents of a file, and with them the live bytes of the chunks. */
public final class FileLayout {
  /** What comes with an open: enough for 8 GiB in chunks of 64 MiB, 3 KiB on the wire. */
  private static final int HEAD_EXTENTS = 128;

  /** What comes with a lookup, whether the file is opened next or not. */
  private static final int SMALL_EXTENTS = 4;

  /** Extents read at once while cutting: bounds memory, not the work. */
  private static final int CUT_STEP = 256;

  private FileLayout() {}

  public static Layout head(Tables tables, Inode inode) {
    return part(tables, inode, 0, HEAD_EXTENTS);
  }

  /** The whole layout of a small file; null for others, and for one that changes meanwhile. */
  public static @Nullable Layout small(Tables tables, Inode inode) {
    if (!inode.isRegular() || inode.size() == 0) {
      return null;
    }
    Layout layout = part(tables, inode, 0, SMALL_EXTENTS);
    Inode after = tables.findInode(inode.id());
    boolean same = after != null && after.version() == inode.version();
    return same && layout.nextOffset() < 0 ? layout : null;
  }

  /** At most {@code max} extents that reach past {@code offset}. */
  public static Layout part(Tables tables, Inode inode, long offset, int max) {
    List<Extent> found = tables.extents(inode.tree(), offset, inode.cutAt(), max + 1);
    boolean more = found.size() > max;
    List<Extent> extents = more ? List.copyOf(found.subList(0, max)) : found;
    long next = more ? extents.get(max - 1).fileEnd() : -1;
    return new Layout(inode.version(), extents, next);
  }

  /**
   * Takes [{@code from}, {@code to}) out of a tree.
   *
   * @return bytes that were there
   */
  static long cut(Transaction tx, long tree, long from, long to) {
    long freed = 0;
    while (true) {
      List<Extent> overlapping = tx.extents(tree, from, to, CUT_STEP);
      for (Extent e : overlapping) {
        long start = Math.max(from, e.fileOffset());
        long end = Math.min(to, e.fileEnd());
        if (e.fileOffset() < from) {
          tx.putExtent(tree, part(e, e.fileOffset(), from));
        } else {
          tx.deleteExtent(tree, e.fileOffset());
        }
        if (e.fileEnd() > to) {
          tx.putExtent(tree, part(e, to, e.fileEnd()));
        }
        addLive(tx, e.chunk(), start - end);
        freed += end - start;
      }
      if (overlapping.size() < CUT_STEP) {
        return freed;
      }
    }
  }

  /** Sees to it that no extent reaches across {@code offset}. */
  static void split(Transaction tx, long tree, long offset) {
    Extent across = tx.extentBefore(tree, offset);
    if (across != null && across.fileEnd() > offset) {
      tx.putExtent(tree, part(across, across.fileOffset(), offset));
      tx.putExtent(tree, part(across, offset, across.fileEnd()));
    }
  }

  private static Extent part(Extent e, long from, long to) {
    return new Extent(
        from, (int) (to - from), e.chunk(), e.chunkOffset() + (int) (from - e.fileOffset()));
  }

  /** Adds an extent to where the tree has none, joined with neighbours that continue it. */
  static void add(Transaction tx, long tree, Extent extent) {
    add(tx, tree, extent, true, true);
  }

  /**
   * {@link #add} for those who know more.
   *
   * @param mayFollow whether there may be extents before it: looking for them is the greater part
   *     of the work
   * @param mayPrecede whether there may be extents after it
   */
  static void add(Transaction tx, long tree, Extent extent, boolean mayFollow, boolean mayPrecede) {
    Extent joined = extent;
    Extent before = mayFollow ? tx.extentBefore(tree, extent.fileOffset()) : null;
    if (before != null && continues(before, joined)) {
      joined = join(before, joined);
    }
    Extent after = mayPrecede ? tx.extentAt(tree, extent.fileEnd()) : null;
    if (after != null && continues(joined, after)) {
      tx.deleteExtent(tree, after.fileOffset());
      joined = join(joined, after);
    }
    tx.putExtent(tree, joined);
  }

  private static boolean continues(Extent first, Extent second) {
    return first.fileEnd() == second.fileOffset()
        && first.chunk().equals(second.chunk())
        && first.chunkOffset() + first.length() == second.chunkOffset();
  }

  private static Extent join(Extent first, Extent second) {
    return new Extent(
        first.fileOffset(), first.length() + second.length(), first.chunk(), first.chunkOffset());
  }

  static ChunkState chunk(Transaction tx, ChunkId chunk) {
    ChunkState state = tx.findChunk(chunk);
    if (state == null) {
      throw new FsException(Errno.EINVAL, "chunk " + chunk + " does not exist");
    }
    return state;
  }

  static void addLive(Transaction tx, ChunkId chunk, long bytes) {
    ChunkState state = chunk(tx, chunk);
    tx.putChunk(chunk, new ChunkState(state.live() + bytes, state.length(), state.writer()));
  }
}
