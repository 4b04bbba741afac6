package io.dfs.nameserver.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who has which inode open. Shared, guarded by itself; lives in memory only, as clients tell it
 * again after a restart.
 *
 * <p>An inode without a name is removed once nobody has it open: {@link #claim} decides that, and
 * from then on nobody can open it any more.
 */
public final class OpenTable {
  /** What one session may have open: some hundred MiB here, and more than a machine opens. */
  private static final int MAX_OPEN = 1_000_000;

  private static final class Opens {
    final Map<InodeId, Integer> counts = new HashMap<>();

    /** The last request of each slot whose open was counted, so that a repeat is not. */
    final Map<Integer, Long> counted = new HashMap<>();
  }

  @GuardedBy("this")
  private final Map<SessionId, Opens> sessions = new HashMap<>();

  @GuardedBy("this")
  private final Map<InodeId, Integer> totals = new HashMap<>();

  @GuardedBy("this")
  private final Set<InodeId> claimed = new HashSet<>();

  /** Counts an open; false when the inode is being removed. ENOMEM when too many are open. */
  public synchronized boolean open(SessionId session, InodeId inode) {
    if (claimed.contains(inode)) {
      return false;
    }
    Opens opens = sessions.computeIfAbsent(session, unused -> new Opens());
    if (opens.counts.size() >= MAX_OPEN) {
      throw new FsException(Errno.ENOMEM, session + " has " + MAX_OPEN + " files open; close some");
    }
    opens.counts.merge(inode, 1, Integer::sum);
    totals.merge(inode, 1, Integer::sum);
    return true;
  }

  public synchronized boolean isOpen(SessionId session, InodeId inode) {
    Opens opens = sessions.get(session);
    return opens != null && opens.counts.containsKey(inode);
  }

  /** Counts an open by a request, once however often it is repeated. */
  public synchronized void openBy(RequestId request, InodeId inode) {
    Opens opens = sessions.computeIfAbsent(request.session(), unused -> new Opens());
    Long last = opens.counted.put(request.slot(), request.sequence());
    if (last == null || last != request.sequence()) {
      open(request.session(), inode);
    }
  }

  /** Opens what is not open yet. */
  public synchronized void ensureOpen(SessionId session, InodeId inode) {
    Opens opens = sessions.get(session);
    if (opens == null || !opens.counts.containsKey(inode)) {
      open(session, inode);
    }
  }

  /** Undoes opens; true when nobody has the inode open now. */
  public synchronized boolean release(SessionId session, InodeId inode, int count) {
    Opens opens = sessions.get(session);
    Integer had = opens == null ? null : opens.counts.get(inode);
    if (opens == null || had == null) {
      return !totals.containsKey(inode);
    }
    int gone = Math.min(count, had);
    if (gone == had) {
      opens.counts.remove(inode);
    } else {
      opens.counts.put(inode, had - gone);
    }
    return reduce(inode, gone);
  }

  @GuardedBy("this")
  private boolean reduce(InodeId inode, int count) {
    return totals.computeIfPresent(inode, (key, total) -> total == count ? null : total - count)
        == null;
  }

  /** Forgets a session; returns the inodes that nobody has open now. */
  public synchronized List<InodeId> end(SessionId session) {
    Opens opens = sessions.remove(session);
    List<InodeId> closed = new ArrayList<>();
    if (opens != null) {
      opens.counts.forEach(
          (inode, count) -> {
            if (reduce(inode, count)) {
              closed.add(inode);
            }
          });
    }
    return closed;
  }

  /** Takes an inode for removal unless somebody has it open. */
  public synchronized boolean claim(InodeId inode) {
    return !totals.containsKey(inode) && claimed.add(inode);
  }

  /** The inode is gone (or was found to have a name): the claim has served. */
  public synchronized void unclaim(InodeId inode) {
    claimed.remove(inode);
  }

  /** How many inodes the session has open. */
  public synchronized int openInodes(SessionId session) {
    Opens opens = sessions.get(session);
    return opens == null ? 0 : opens.counts.size();
  }

  public synchronized int openInodes() {
    return totals.size();
  }
}
