package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.namespace.Modes;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Makes written bytes part of a file, and seals chunks. */
final class Commit {
  private Commit() {}

  static Reply.Node apply(Transaction tx, Mutation.Commit m) {
    Inode inode = tx.inode(m.inode());
    if (!inode.isRegular() && !m.extents().isEmpty()) {
      throw new FsException(Errno.EINVAL, "inode " + inode.id() + " is not a regular file");
    }
    SessionId session = m.request().session();
    Inode.Edit edit = inode.edit();
    long size = inode.size();
    long allocated = inode.allocated();
    long moved = m.append() && !m.extents().isEmpty() ? size - m.extents().get(0).fileOffset() : 0;
    for (Extent placed : m.extents()) {
      Extent extent = moved == 0 ? placed : moved(placed, moved);
      check(extent);
      if (inode.isCutBefore(extent.fileEnd())) {
        throw new TailInTheWay(inode);
      }
      write(tx, session, extent);
      // No extent reaches past the size, so what is written from there on cuts none.
      if (extent.fileOffset() < size) {
        allocated -= FileLayout.cut(tx, inode.tree(), extent.fileOffset(), extent.fileEnd());
      }
      FileLayout.add(tx, inode.tree(), extent, allocated > 0, extent.fileEnd() < size);
      allocated += extent.length();
      size = Math.max(size, extent.fileEnd());
    }
    edit.addAllocated(allocated - inode.allocated());
    if (!m.extents().isEmpty()) {
      edit.size(size).newVersion();
    }
    if (m.mtime() != null) {
      edit.mtime(m.mtime()).ctime(m.mtime());
    }
    if (m.clearSetIds()) {
      edit.mode(Modes.withoutSetIds(inode.mode()));
    }
    Inode committed = edit.done();
    tx.putInode(committed);
    for (ChunkId chunk : m.sealed()) {
      seal(tx, session, chunk);
    }
    return new Reply.Node(committed.attr());
  }

  private static Extent moved(Extent e, long by) {
    if (by > 0 && e.fileOffset() > Long.MAX_VALUE - by) {
      throw new FsException(Errno.EFBIG, "appended bytes would end past the largest file offset");
    }
    return new Extent(e.fileOffset() + by, e.length(), e.chunk(), e.chunkOffset());
  }

  private static void check(Extent e) {
    if (e.fileOffset() < 0
        || e.length() < 1
        || e.chunkOffset() < 0
        || (long) e.chunkOffset() + e.length() > DataSettings.MAX_CHUNK_BYTES) {
      throw new FsException(Errno.EINVAL, "not an extent: " + e);
    }
    if (e.fileOffset() > Long.MAX_VALUE - e.length()) {
      throw new FsException(Errno.EFBIG, "an extent ends past the largest file offset");
    }
  }

  /** The new bytes count as live before the old ones are cut, so that no chunk is dropped early. */
  private static void write(Transaction tx, SessionId session, Extent e) {
    ChunkState chunk = FileLayout.chunk(tx, e.chunk());
    int end = e.chunkOffset() + e.length();
    if (end > chunk.length() && !chunk.writer().equals(session)) {
      throw new FsException(
          Errno.EINVAL,
          "chunk "
              + e.chunk()
              + " is committed to "
              + chunk.length()
              + " bytes and this session may not extend it to "
              + end);
    }
    tx.putChunk(
        e.chunk(),
        new ChunkState(chunk.live() + e.length(), Math.max(chunk.length(), end), chunk.writer()));
  }

  /** Repeating it is no error: a chunk that is sealed already, or gone by that, stays so. */
  static void seal(Transaction tx, SessionId session, ChunkId id) {
    ChunkState chunk = tx.findChunk(id);
    if (chunk != null && chunk.writer().equals(session)) {
      tx.deleteWriting(session, id);
      tx.putChunk(id, new ChunkState(chunk.live(), chunk.length(), SessionId.NONE));
    }
  }
}
