package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Modes;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import java.util.ArrayList;
import java.util.List;

/** Makes a range of a file refer to the bytes of another, or of another place in the same. */
final class CloneRange {
  /** Extents of either file that one command works off; the client asks for the rest. */
  static final int MAX_EXTENTS = SetAttr.MAX_CUT_EXTENTS;

  private CloneRange() {}

  static Reply.Ranged apply(Transaction tx, Timestamp now, Mutation.CloneRange m) {
    Inode from = regular(tx, m.from());
    Inode to = regular(tx, m.to());
    check(m);
    long length = Math.min(m.length(), from.size() - m.fromOffset());
    if (length <= 0) {
      return new Reply.Ranged(to.attr(), 0);
    }
    Layout source = FileLayout.part(tx, from, m.fromOffset(), MAX_EXTENTS);
    if (source.nextOffset() >= 0) {
      length = Math.min(length, source.nextOffset() - m.fromOffset());
    }
    List<Extent> replaced =
        tx.extents(to.tree(), m.toOffset(), m.toOffset() + length, MAX_EXTENTS + 1);
    if (replaced.size() > MAX_EXTENTS) {
      length = replaced.get(MAX_EXTENTS).fileOffset() - m.toOffset();
    }
    long end = m.toOffset() + length;
    if (to.isCutBefore(end)) {
      throw new TailInTheWay(to);
    }
    List<Extent> added = moved(source, m, length);
    // The new ones count as live before the old ones are cut, so that no chunk is dropped early.
    added.forEach(e -> FileLayout.addLive(tx, e.chunk(), e.length()));
    Inode.Edit edit = to.edit().newVersion().mtime(now).ctime(now);
    edit.addAllocated(-FileLayout.cut(tx, to.tree(), m.toOffset(), end));
    for (Extent e : added) {
      FileLayout.add(tx, to.tree(), e);
      edit.addAllocated(e.length());
    }
    if (m.clearSetIds()) {
      edit.mode(Modes.withoutSetIds(to.mode()));
    }
    Inode changed = edit.size(Math.max(to.size(), end)).done();
    tx.putInode(changed);
    return new Reply.Ranged(changed.attr(), length);
  }

  private static Inode regular(Transaction tx, InodeId id) {
    Inode inode = tx.inode(id);
    if (!inode.isRegular()) {
      throw new FsException(Errno.EINVAL, "inode " + id + " is not a regular file");
    }
    return inode;
  }

  private static void check(Mutation.CloneRange m) {
    if (m.fromOffset() < 0 || m.toOffset() < 0 || m.length() < 0) {
      throw new FsException(Errno.EINVAL, "a negative offset or length");
    }
    if (m.toOffset() > Long.MAX_VALUE - m.length()) {
      throw new FsException(Errno.EFBIG, "the copy would end past the largest file offset");
    }
    if (m.from().equals(m.to()) && Math.abs(m.fromOffset() - m.toOffset()) < m.length()) {
      throw new FsException(Errno.EINVAL, "the ranges overlap within inode " + m.to());
    }
  }

  /** The extents of the range, cut to it, where they are to be in the other file. */
  private static List<Extent> moved(Layout source, Mutation.CloneRange m, long length) {
    List<Extent> moved = new ArrayList<>();
    for (Extent e : source.extents()) {
      long start = Math.max(e.fileOffset(), m.fromOffset());
      long end = Math.min(e.fileEnd(), m.fromOffset() + length);
      if (start < end) {
        moved.add(
            new Extent(
                start - m.fromOffset() + m.toOffset(),
                (int) (end - start),
                e.chunk(),
                e.chunkOffset() + (int) (start - e.fileOffset())));
      }
    }
    return moved;
  }
}
