package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Group;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Transaction;
import org.jspecify.annotations.Nullable;

/** Gives a session a new chunk in the group that placement chose. */
final class AllocateChunk {
  private AllocateChunk() {}

  static Reply.ChunkAllocated apply(
      Transaction tx, Mutation.AllocateChunk m, @Nullable GroupId groupId) {
    Group group = groupId == null ? null : tx.findGroup(groupId);
    if (group == null) {
      throw new FsException(Errno.ENOSPC, "no group of dataservers was chosen for the chunk");
    }
    if (group.closed()) {
      throw new FsException(Errno.EAGAIN, group.id() + " was closed meanwhile; try again");
    }
    SessionId session = m.request().session();
    ChunkId chunk = ChunkId.of(group.id(), tx.add(Counter.CHUNK, 1));
    tx.putChunk(chunk, new ChunkState(0, 0, session));
    tx.putWriting(session, chunk);
    tx.add(Counter.CHUNKS, 1);
    return new Reply.ChunkAllocated(chunk, group);
  }
}
