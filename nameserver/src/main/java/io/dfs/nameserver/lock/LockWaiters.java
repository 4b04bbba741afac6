package io.dfs.nameserver.lock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Lock;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Those who wait for a lock. Shared, guarded by itself. A waiter is woken when its lock may be free
 * and then tries again, so nothing here is part of the state.
 */
public final class LockWaiters {
  /** Each is a request under way; past it waiting fails with EAGAIN. */
  private static final int MAX_WAITERS = 16_384;

  private record Owner(SessionId session, long owner) {}

  private record Waiter(
      SessionId session,
      InodeId inode,
      Lock lock,
      long deadlineNanos,
      CompletableFuture<Void> woken) {}

  private final Tables tables;

  @GuardedBy("this")
  private final Map<InodeId, List<Waiter>> waiters = new HashMap<>();

  @GuardedBy("this")
  private int count;

  public LockWaiters(Tables tables) {
    this.tables = tables;
  }

  /**
   * Completes when the lock may be free or the deadline (found by {@link #sweep}) has passed.
   * EDEADLK when a record lock would close a circle of waiters, EAGAIN when too many wait.
   */
  public synchronized CompletableFuture<Void> await(
      SessionId session, InodeId inode, Lock lock, long deadlineNanos) {
    List<LockList.Held> conflicts = conflicts(session, inode, lock);
    CompletableFuture<Void> woken = new CompletableFuture<>();
    if (conflicts.isEmpty()) {
      woken.complete(null);
      return woken;
    }
    if (lock.kind() == Lock.Kind.POSIX
        && closesCircle(new Owner(session, lock.owner()), conflicts)) {
      throw new FsException(
          Errno.EDEADLK, "waiting for a lock on inode " + inode + " would never end");
    }
    if (count >= MAX_WAITERS) {
      throw new FsException(Errno.EAGAIN, "too many wait for locks; try again");
    }
    count++;
    waiters
        .computeIfAbsent(inode, unused -> new ArrayList<>())
        .add(new Waiter(session, inode, lock, deadlineNanos, woken));
    return woken;
  }

  private List<LockList.Held> conflicts(SessionId session, InodeId inode, Lock lock) {
    return LockList.decode(tables.locks(inode)).conflicts(session, lock);
  }

  @GuardedBy("this")
  private boolean closesCircle(Owner self, List<LockList.Held> conflicts) {
    Map<Owner, List<Waiter>> waiting = new HashMap<>();
    for (List<Waiter> list : waiters.values()) {
      for (Waiter w : list) {
        if (w.lock.kind() == Lock.Kind.POSIX) {
          waiting
              .computeIfAbsent(new Owner(w.session, w.lock.owner()), unused -> new ArrayList<>())
              .add(w);
        }
      }
    }
    Set<Owner> seen = new HashSet<>();
    ArrayDeque<Owner> next = new ArrayDeque<>();
    conflicts.forEach(held -> next.add(new Owner(held.session(), held.lock().owner())));
    while (!next.isEmpty()) {
      Owner owner = next.remove();
      if (owner.equals(self)) {
        return true;
      }
      if (seen.add(owner)) {
        for (Waiter w : waiting.getOrDefault(owner, List.of())) {
          conflicts(w.session, w.inode, w.lock)
              .forEach(held -> next.add(new Owner(held.session(), held.lock().owner())));
        }
      }
    }
    return false;
  }

  /** Wakes those whose lock on {@code inode} may be free now. */
  public void unlocked(InodeId inode) {
    wake(inode, waiter -> conflicts(waiter.session, waiter.inode, waiter.lock).isEmpty());
  }

  /** Wakes those whose deadline has passed. */
  public void sweep(long nowNanos) {
    List<InodeId> inodes;
    synchronized (this) {
      inodes = new ArrayList<>(waiters.keySet());
    }
    inodes.forEach(inode -> wake(inode, waiter -> waiter.deadlineNanos - nowNanos <= 0));
  }

  /** Wakes those of a session that has ended; their next try tells them. */
  public void ended(SessionId session) {
    List<InodeId> inodes;
    synchronized (this) {
      inodes = new ArrayList<>(waiters.keySet());
    }
    inodes.forEach(inode -> wake(inode, waiter -> waiter.session.equals(session)));
  }

  private void wake(InodeId inode, java.util.function.Predicate<Waiter> which) {
    List<Waiter> woken = new ArrayList<>();
    synchronized (this) {
      List<Waiter> all = waiters.get(inode);
      if (all == null) {
        return;
      }
      all.removeIf(
          waiter -> {
            boolean wakes = which.test(waiter);
            if (wakes) {
              woken.add(waiter);
            }
            return wakes;
          });
      count -= woken.size();
      if (all.isEmpty()) {
        waiters.remove(inode);
      }
    }
    woken.forEach(waiter -> waiter.woken.complete(null));
  }
}
