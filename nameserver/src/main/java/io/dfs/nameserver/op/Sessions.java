package io.dfs.nameserver.op;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.lock.LockList;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.SessionRecord;
import io.dfs.nameserver.state.Transaction;
import java.util.List;

/** Beginning and end of a session. */
final class Sessions {
  /** Chunks and locked files that one step of an ending clears. */
  private static final int STEP = 500;

  private static final DataSettings UNKNOWN = new DataSettings(0, 0);

  private Sessions() {}

  static Reply.SessionOpened apply(Transaction tx, Command.BeginSession command) {
    SessionId id = new SessionId(tx.add(Counter.SESSION, 1));
    tx.putSession(
        id, new SessionRecord(false, command.caches(), command.now(), command.description()));
    tx.effect(new Effect.SessionBegun(id));
    return new Reply.SessionOpened(id, 0, 0, "", UNKNOWN);
  }

  static Reply.Done apply(Transaction tx, Command.EndSession command) {
    SessionId id = command.session();
    SessionRecord session = tx.findSession(id);
    if (session == null) {
      return Reply.Done.DONE;
    }
    List<ChunkId> chunks = tx.writing(id, STEP);
    chunks.forEach(chunk -> Commit.seal(tx, id, chunk));
    List<InodeId> locked = tx.lockedBy(id, STEP);
    for (InodeId inode : locked) {
      tx.putLocks(inode, LockList.decode(tx.locks(inode)).without(id).encode());
      tx.putLockedBy(id, inode, false);
      tx.effect(new Effect.Unlocked(inode));
    }
    if (chunks.size() < STEP && locked.size() < STEP) {
      tx.deleteSession(id);
      tx.effect(new Effect.SessionEnded(id));
    } else {
      tx.putSession(
          id, new SessionRecord(true, session.caches(), session.opened(), session.description()));
    }
    return Reply.Done.DONE;
  }
}
