package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import java.util.List;

/**
 * Lets files refer to copies of their bytes. Bytes of a chunk never change and numbers of chunks
 * are never used again, so comparing what a file refers to now with what was copied is enough: a
 * write that came between refers to other bytes, and wins.
 */
final class Relocate {
  /** Pieces of one extent that writes left of it; the rest stays for another time. */
  private static final int MAX_PARTS = 256;

  private Relocate() {}

  static Reply.Done apply(Transaction tx, Command.Relocate command) {
    for (Command.Move move : command.moves()) {
      ChunkState copy = FileLayout.chunk(tx, move.to());
      if (!copy.writer().equals(command.writer())) {
        throw new FsException(
            Errno.EINVAL, "chunk " + move.to() + " is not written by " + command.writer());
      }
      if (move(tx, move)) {
        tx.putKept(move.from().chunk(), command.keepUntilMs());
      }
    }
    for (Command.Move move : command.moves()) {
      Commit.seal(tx, command.writer(), move.to());
    }
    return Reply.Done.DONE;
  }

  /** Whether anything of it was still in place. */
  private static boolean move(Transaction tx, Command.Move move) {
    Extent from = move.from();
    Inode inode = tx.findInode(move.inode());
    if (inode == null || !inode.isRegular() || from.fileEnd() >= inode.cutAt()) {
      return false;
    }
    List<Extent> now = tx.extents(inode.tree(), from.fileOffset(), from.fileEnd(), MAX_PARTS);
    boolean moved = false;
    for (Extent e : now) {
      if (e.chunk().equals(from.chunk())
          && e.chunkOffset() - e.fileOffset() == from.chunkOffset() - from.fileOffset()) {
        // Kept before its last live byte goes.
        tx.putKept(from.chunk(), Long.MAX_VALUE);
        refer(tx, inode, move, e);
        moved = true;
      }
    }
    if (moved) {
      tx.putInode(inode.edit().newVersion().done());
    }
    return moved;
  }

  private static void refer(Transaction tx, Inode inode, Command.Move move, Extent e) {
    Extent from = move.from();
    long start = Math.max(from.fileOffset(), e.fileOffset());
    long end = Math.min(from.fileEnd(), e.fileEnd());
    Extent copy =
        new Extent(
            start,
            (int) (end - start),
            move.to(),
            move.toOffset() + (int) (start - from.fileOffset()));
    ChunkState chunk = FileLayout.chunk(tx, move.to());
    tx.putChunk(
        move.to(),
        new ChunkState(
            chunk.live() + copy.length(),
            Math.max(chunk.length(), copy.chunkOffset() + copy.length()),
            chunk.writer()));
    FileLayout.cut(tx, inode.tree(), start, end);
    FileLayout.add(tx, inode.tree(), copy);
  }

  static Reply.Done apply(Transaction tx, Command.Unkeep command) {
    command.chunks().forEach(id -> unkeep(tx, id));
    return Reply.Done.DONE;
  }

  /** The chunk goes when nothing refers to it. */
  static void unkeep(Transaction tx, ChunkId id) {
    tx.deleteKept(id);
    ChunkState chunk = tx.findChunk(id);
    if (chunk != null && chunk.garbage()) {
      tx.putChunk(id, chunk);
    }
  }
}
