package io.dfs.client.meta;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.util.concurrent.CompletableFuture;

/** File locks at the nameserver. Shared. */
public final class Locks {
  private final NameserverClient nameserver;
  private final int waitMs;

  public Locks(NameserverClient nameserver, int deadlineMs) {
    this.nameserver = nameserver;
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

  private void attempt(InodeId inode, Lock lock, boolean wait, CompletableFuture<Void> result) {
    nameserver
        .mutate(id -> new Mutation.SetLock(id, inode, lock), Reply.Done.class)
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                if (!result.complete(null) && lock.type() != Lock.Type.UNLOCK) {
                  giveBack(inode, lock);
                }
                return;
              }
              FsException e = FsException.of(failure);
              if (!wait || e.errno() != Errno.EAGAIN) {
                result.completeExceptionally(e);
              } else if (!result.isDone()) {
                await(inode, lock, result);
              }
            });
  }

  private void await(InodeId inode, Lock lock, CompletableFuture<Void> result) {
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
    nameserver.mutate(id -> new Mutation.SetLock(id, inode, unlock), Reply.Done.class);
  }
}
