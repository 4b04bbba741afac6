package io.dfs.nameserver.rpc;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.HeldLock;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.SessionInfo;
import io.dfs.nameserver.lock.LockList;
import io.dfs.nameserver.state.SessionRecord;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Answers who has a session, and who holds which locks. Shared. */
final class SessionQueries {
  private static final int MAX_SESSIONS = 500;

  /** With 4096 locks each an answer stays under a megabyte or so. */
  private static final int MAX_LOCKS = 4096;

  private final Services services;
  private final Tables tables;

  SessionQueries(Services services) {
    this.services = services;
    this.tables = services.tables();
  }

  Reply sessions(Query.GetSessions q) {
    long now = System.nanoTime();
    int max = max(q.max(), MAX_SESSIONS);
    List<SessionInfo> sessions = new ArrayList<>();
    for (Map.Entry<SessionId, SessionRecord> each : tables.sessions().entrySet()) {
      SessionId id = each.getKey();
      SessionRecord record = each.getValue();
      if (record.ended() || id.value() <= q.after()) {
        continue;
      }
      if (sessions.size() == max) {
        return new Reply.Sessions(sessions, false);
      }
      sessions.add(
          new SessionInfo(
              id,
              record.description(),
              record.opened(),
              record.caches(),
              services.leases().silentMs(id, now),
              services.opens().openInodes(id),
              services.recalls().granted(id, now)));
    }
    return new Reply.Sessions(sessions, true);
  }

  Reply locks(Query.GetLocks q) {
    if (!q.inode().equals(InodeId.NONE)) {
      return new Reply.Locks(held(q.inode()), true);
    }
    int max = max(q.max(), MAX_LOCKS);
    List<HeldLock> locks = new ArrayList<>();
    List<InodeId> inodes = tables.locked(new InodeId(q.after()), max);
    for (int i = 0; i < inodes.size(); i++) {
      locks.addAll(held(inodes.get(i)));
      if (locks.size() >= MAX_LOCKS) {
        return new Reply.Locks(locks, i == inodes.size() - 1 && inodes.size() < max);
      }
    }
    return new Reply.Locks(locks, inodes.size() < max);
  }

  private List<HeldLock> held(InodeId inode) {
    return LockList.decode(tables.locks(inode)).locks().stream()
        .map(held -> new HeldLock(inode, held.session(), held.lock()))
        .toList();
  }

  private static int max(int wanted, int most) {
    if (wanted < 1) {
      throw new FsException(Errno.EINVAL, "a list of " + wanted);
    }
    return Math.min(wanted, most);
  }
}
