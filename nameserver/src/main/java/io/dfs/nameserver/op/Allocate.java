package io.dfs.nameserver.op;

import static io.dfs.common.message.Mutation.Allocate.COLLAPSE_RANGE;
import static io.dfs.common.message.Mutation.Allocate.INSERT_RANGE;
import static io.dfs.common.message.Mutation.Allocate.KEEP_SIZE;
import static io.dfs.common.message.Mutation.Allocate.PUNCH_HOLE;
import static io.dfs.common.message.Mutation.Allocate.ZERO_RANGE;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Modes;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import java.util.List;

/** Changes what of a file is data and what is a hole. Confined to one command. */
final class Allocate {
  /**
   * Extents that one command moves: 60 ms of everybody's time at 3 us each. A file that was written
   * in order has so many at 1.2 TiB.
   */
  static final int MAX_MOVED_EXTENTS = 20_000;

  /** Of what offsets must be multiples when bytes move: the block that programs see. */
  private static final int BLOCK_BYTES = 4096;

  private final Transaction tx;
  private final Timestamp now;
  private final Mutation.Allocate m;
  private final Inode inode;
  private final Inode.Edit edit;
  private final long end;

  private Allocate(Transaction tx, Timestamp now, Mutation.Allocate m) {
    this.tx = tx;
    this.now = now;
    this.m = m;
    inode = tx.inode(m.inode());
    edit = inode.edit();
    if (!inode.isRegular()) {
      throw new FsException(Errno.ENODEV, "inode " + inode.id() + " is not a regular file");
    }
    if (m.offset() < 0 || m.length() <= 0) {
      throw new FsException(
          Errno.EINVAL, "a range of " + m.length() + " bytes from " + m.offset() + " of a file");
    }
    end = m.offset() + m.length();
    if (end < 0) {
      throw new FsException(Errno.EFBIG, "a range that ends past the largest file offset");
    }
  }

  static Reply.Ranged apply(Transaction tx, Timestamp now, Mutation.Allocate m) {
    return new Allocate(tx, now, m).run();
  }

  private Reply.Ranged run() {
    long done =
        switch (m.mode()) {
          case 0 -> grow();
          case KEEP_SIZE -> m.length();
          case PUNCH_HOLE | KEEP_SIZE, ZERO_RANGE | KEEP_SIZE -> cut();
          case ZERO_RANGE -> {
            grow();
            yield cut();
          }
          case COLLAPSE_RANGE -> collapse();
          case INSERT_RANGE -> insert();
          default ->
              throw new FsException(
                  Errno.EOPNOTSUPP,
                  "no such mode of fallocate: 0x" + Integer.toHexString(m.mode()));
        };
    if (m.clearSetIds()) {
      edit.mode(Modes.withoutSetIds(inode.mode()));
    }
    Inode changed = edit.mtime(now).ctime(now).done();
    tx.putInode(changed);
    return new Reply.Ranged(changed.attr(), done);
  }

  private long grow() {
    if (end > inode.size()) {
      edit.size(end).newVersion();
    }
    return m.length();
  }

  /** Makes a hole; returns the bytes from the range's start that are done. */
  private long cut() {
    long to = Math.min(end, inode.cutAt());
    List<Extent> some = tx.extents(inode.tree(), m.offset(), to, SetAttr.MAX_CUT_EXTENTS + 1);
    boolean more = some.size() > SetAttr.MAX_CUT_EXTENTS;
    if (more) {
      to = some.get(SetAttr.MAX_CUT_EXTENTS).fileOffset();
    }
    edit.addAllocated(-FileLayout.cut(tx, inode.tree(), m.offset(), to)).newVersion();
    return more ? to - m.offset() : m.length();
  }

  private long collapse() {
    requireMovable();
    if (end >= inode.size()) {
      throw new FsException(
          Errno.EINVAL, "a range to the end of the file cannot be collapsed; truncate instead");
    }
    edit.addAllocated(-FileLayout.cut(tx, inode.tree(), m.offset(), end));
    for (Extent e : following(end)) {
      move(e, e.fileOffset() - m.length());
    }
    edit.size(inode.size() - m.length()).newVersion();
    return m.length();
  }

  private long insert() {
    requireMovable();
    if (m.offset() >= inode.size()) {
      throw new FsException(
          Errno.EINVAL, "a hole cannot be inserted at the end of the file; truncate instead");
    }
    if (inode.size() > Long.MAX_VALUE - m.length()) {
      throw new FsException(Errno.EFBIG, "the file would get larger than files may be");
    }
    FileLayout.split(tx, inode.tree(), m.offset());
    List<Extent> following = following(m.offset());
    for (int i = following.size() - 1; i >= 0; i--) {
      Extent e = following.get(i);
      move(e, e.fileOffset() + m.length());
    }
    edit.size(inode.size() + m.length()).newVersion();
    return m.length();
  }

  private void requireMovable() {
    if (m.offset() % BLOCK_BYTES != 0 || m.length() % BLOCK_BYTES != 0) {
      throw new FsException(
          Errno.EINVAL, "offset and length must be multiples of " + BLOCK_BYTES + " to move bytes");
    }
    if (inode.isCutBefore(Long.MAX_VALUE)) {
      throw new TailInTheWay(inode);
    }
  }

  private List<Extent> following(long from) {
    List<Extent> extents = tx.extents(inode.tree(), from, Long.MAX_VALUE, MAX_MOVED_EXTENTS + 1);
    if (extents.size() > MAX_MOVED_EXTENTS) {
      throw new FsException(
          Errno.EOPNOTSUPP,
          "more than " + MAX_MOVED_EXTENTS + " extents would have to move; copy the file instead");
    }
    return extents;
  }

  private void move(Extent e, long to) {
    tx.deleteExtent(inode.tree(), e.fileOffset());
    tx.putExtent(inode.tree(), new Extent(to, e.length(), e.chunk(), e.chunkOffset()));
  }
}
