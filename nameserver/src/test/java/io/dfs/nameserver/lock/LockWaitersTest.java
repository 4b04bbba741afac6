package io.dfs.nameserver.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Lock;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Transaction;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class LockWaitersTest {
  private static final SessionId S = new SessionId(1);
  private static final SessionId T = new SessionId(2);
  private static final InodeId A = new InodeId(10);
  private static final InodeId B = new InodeId(11);
  private static final Lock LOCK =
      new Lock(Lock.Kind.POSIX, Lock.Type.WRITE, 5, 0, Long.MAX_VALUE, 1);

  private final MemoryStore store = new MemoryStore();
  private final LockWaiters waiters = new LockWaiters(new Tables(store));

  private void hold(SessionId session, InodeId inode) {
    Overlay view = new Overlay(store);
    new Transaction(view).putLocks(inode, LockList.decode(null).with(session, LOCK).encode());
    store.write(view.changes());
  }

  @Test
  void aCircleIsRefusedAndALineIsNot() {
    hold(S, A);
    hold(T, B);
    CompletableFuture<Void> first = waiters.await(S, B, LOCK, Long.MAX_VALUE);
    assertFalse(first.isDone());
    FsException e =
        assertThrows(FsException.class, () -> waiters.await(T, A, LOCK, Long.MAX_VALUE));
    assertEquals(Errno.EDEADLK, e.errno());
    assertFalse(waiters.await(new SessionId(3), A, LOCK, Long.MAX_VALUE).isDone());
  }

  @Test
  void waitersWakeWhenTheLockIsFreeOrTheirTimeIsOver() {
    hold(S, A);
    CompletableFuture<Void> waiting = waiters.await(T, A, LOCK, 1000);
    waiters.unlocked(A);
    assertFalse(waiting.isDone(), "still held");
    waiters.sweep(999);
    assertFalse(waiting.isDone());
    waiters.sweep(1000);
    assertTrue(waiting.isDone());
    CompletableFuture<Void> again = waiters.await(T, A, LOCK, 1000);
    Overlay view = new Overlay(store);
    new Transaction(view).putLocks(A, null);
    store.write(view.changes());
    waiters.unlocked(A);
    assertTrue(again.isDone());
  }
}
