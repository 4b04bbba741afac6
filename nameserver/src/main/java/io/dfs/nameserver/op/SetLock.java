package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.lock.LockList;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Transaction;

/** Takes or frees a lock. */
final class SetLock {
  private SetLock() {}

  static Reply.Done apply(Transaction tx, Mutation.SetLock m) {
    Lock lock = m.lock();
    if (lock.start() < 0 || lock.end() < lock.start()) {
      throw new FsException(Errno.EINVAL, "a lock from byte " + lock.start() + " to " + lock.end());
    }
    if (lock.type() != Lock.Type.UNLOCK) {
      tx.inode(m.inode());
    }
    SessionId session = m.request().session();
    LockList before = LockList.decode(tx.locks(m.inode()));
    if (!before.conflicts(session, lock).isEmpty()) {
      throw new FsException(Errno.EAGAIN, "another holds a lock on inode " + m.inode());
    }
    LockList after = before.with(session, lock);
    if (after.locks().size() > Math.max(LockList.MAX_LOCKS, before.locks().size())) {
      throw new FsException(
          Errno.ENOMEM, "inode " + m.inode() + " has " + LockList.MAX_LOCKS + " locks already");
    }
    tx.putLocks(m.inode(), after.encode());
    boolean held = before.holds(session);
    boolean holds = after.holds(session);
    if (held != holds) {
      tx.putLockedBy(session, m.inode(), holds);
    }
    if (held) {
      tx.effect(new Effect.Unlocked(m.inode()));
    }
    return Reply.Done.DONE;
  }
}
