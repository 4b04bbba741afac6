package io.dfs.client.meta;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.net.WaitingThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * File locks at the nameserver. Shared. Whoever has got a lock sees what was committed before it
 * was free, though the file was opened earlier.
 */
public final class Locks {
  private final NameserverClient nameserver;
  private final Namespace namespace;
  private final int waitMs;

  /** Changes of locks that were sent and of which not all that follows is done. */
  private final AtomicInteger changing = new AtomicInteger();

  public Locks(NameserverClient nameserver, Namespace namespace, int deadlineMs) {
    this.nameserver = nameserver;
    this.namespace = namespace;
    this.waitMs = Math.min(10_000, deadlineMs / 2);
  }

  public CompletableFuture<Lock> get(InodeId inode, Lock lock) {
    return nameserver
        .query(session -> new Query.GetLock(session, inode, lock), Reply.LockState.class)
        .thenApply(
            state -> {
              Lock holder = state.holder();
              return holder != null
                  ? holder
                  : new Lock(
                      lock.kind(), Lock.Type.UNLOCK, lock.owner(), lock.start(), lock.end(), 0);
            });
  }

  /** Cancelling the future ends a wait. */
  public CompletableFuture<Void> set(InodeId inode, Lock lock, boolean wait) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    attempt(inode, lock, wait, result);
    return result;
  }

  /** Whether nothing is under way but waiting. */
  public boolean areSettled() {
    return changing.get() == 0;
  }

  private void attempt(InodeId inode, Lock lock, boolean wait, CompletableFuture<Void> result) {
    AtomicBoolean sent = new AtomicBoolean();
    nameserver
        .mutate(
            id -> {
              if (sent.compareAndSet(false, true)) {
                changing.incrementAndGet();
              }
              return new Mutation.SetLock(id, inode, lock);
            },
            Reply.Done.class)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                taken(inode, lock, result);
                return;
              }
              if (sent.get()) {
                changing.decrementAndGet();
              }
              FsException e = FsException.of(failure);
              if (!wait || e.errno() != Errno.EAGAIN) {
                result.completeExceptionally(e);
              } else if (!result.isDone()) {
                await(inode, lock, result);
              }
            });
  }

  private void taken(InodeId inode, Lock lock, CompletableFuture<Void> result) {
    if (lock.type() == Lock.Type.UNLOCK) {
      changing.decrementAndGet();
      result.complete(null);
      return;
    }
    namespace
        .freshAttr(inode)
        .whenComplete(
            (attr, failure) -> {
              if (result.complete(null)) {
                changing.decrementAndGet();
              } else {
                giveBack(inode, lock);
              }
            });
  }

  /** It may be long, and is to be given up at any time: no thread waits inside the call. */
  private void await(InodeId inode, Lock lock, CompletableFuture<Void> result) {
    boolean waits = WaitingThreads.isCurrent();
    WaitingThreads.leave();
    try {
      awaitLock(inode, lock, result);
    } finally {
      if (waits) {
        WaitingThreads.enter();
      }
    }
  }

  private void awaitLock(InodeId inode, Lock lock, CompletableFuture<Void> result) {
    nameserver
        .query(session -> new Query.AwaitLock(session, inode, lock, waitMs), Reply.Done.class)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                result.completeExceptionally(FsException.of(failure));
              } else if (!result.isDone()) {
                attempt(inode, lock, true, result);
              }
            });
  }

  /** The wait was cancelled just when the lock was taken. */
  private void giveBack(InodeId inode, Lock lock) {
    Lock unlock =
        new Lock(lock.kind(), Lock.Type.UNLOCK, lock.owner(), lock.start(), lock.end(), lock.pid());
    nameserver
        .mutate(id -> new Mutation.SetLock(id, inode, unlock), Reply.Done.class)
        .whenComplete((done, failure) -> changing.decrementAndGet());
  }
}
