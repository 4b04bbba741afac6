package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Lock;
import io.dfs.common.net.WaitingThreads;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.linux.OpenFiles.OpenFile;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Encoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The requests about locks. Shared.
 *
 * <p>The kernel tells of every close of a process (FLUSH), which ends the process's record locks,
 * and of the last close of an open file (RELEASE), which ends its flock and its OFD locks. Owners
 * that hold nothing are known here, so that the close of an ordinary file asks nobody.
 */
final class LockOps {
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
  private static final int F_RDLCK = 0;
  private static final int F_WRLCK = 1;
  private static final int F_UNLCK = 2;

  /**
   * @param handle by which the lock was taken
   */
  record Owner(Lock.Kind kind, long owner, long handle) {}

  private final Vfs vfs;
  private final Answers answers;
  private final OpenFiles files;
  private final KernelPages pages;

  /** Who may hold a lock on what; as many as there are locks. */
  private final Map<InodeId, Set<Owner>> owners = new ConcurrentHashMap<>();

  LockOps(Vfs vfs, Answers answers, OpenFiles files, KernelPages pages) {
    this.pages = pages;
    this.vfs = vfs;
    this.answers = answers;
    this.files = files;
  }

  private static Lock lock(Body.Lk b) {
    Lock.Type type =
        switch (b.type()) {
          case F_RDLCK -> Lock.Type.READ;
          case F_WRLCK -> Lock.Type.WRITE;
          case F_UNLCK -> Lock.Type.UNLOCK;
          default -> throw new FsException(Errno.EINVAL, "no such type of lock: " + b.type());
        };
    return b.flock()
        ? whole(Lock.Kind.FLOCK, type, b.owner(), b.pid())
        : new Lock(Lock.Kind.POSIX, type, b.owner(), b.start(), b.end(), b.pid());
  }

  private static Lock whole(Lock.Kind kind, Lock.Type type, long owner, int pid) {
    return new Lock(kind, type, owner, 0, Long.MAX_VALUE, pid);
  }

  void get(Exchange x, Body.Lk b) {
    OpenFile file = files.get(b.handle());
    answers.write(x, vfs.getlk(file.handle, lock(b)), (holder, out) -> Encoder.lock(out, holder));
  }

  void set(Exchange x, Body.Lk b, boolean wait) {
    OpenFile file = files.get(b.handle());
    Lock lock = lock(b);
    if (lock.type() == Lock.Type.UNLOCK) {
      boolean known =
          owners.getOrDefault(file.inode, Set.of()).stream()
              .anyMatch(o -> o.kind == lock.kind() && o.owner == lock.owner());
      if (known) {
        answers.done(x, vfs.setlk(file.handle, lock, false));
      } else {
        answers.done(x);
      }
      return;
    }
    add(file.inode, new Owner(lock.kind(), lock.owner(), file.handle));
    // A wait may last: this thread goes on.
    WaitingThreads.leave();
    try {
      if (wait) {
        x.waitsFor(b);
      }
      answers.lock(x, taken(x, file, lock, vfs.setlk(file.handle, lock, wait)), wait);
    } finally {
      WaitingThreads.enter();
    }
  }

  private void add(InodeId file, Owner owner) {
    owners.compute(
        file,
        (inode, known) -> {
          Set<Owner> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          all.add(owner);
          return all;
        });
  }

  /** Who may hold a lock on what. */
  Map<InodeId, Set<Owner>> owners() {
    return Map.copyOf(owners);
  }

  /** A lock that was taken in another process. */
  void takeOver(InodeId file, Owner owner) {
    add(file, owner);
  }

  /** Completes when the lock is there and the kernel has dropped what it read before it was. */
  private CompletableFuture<Void> taken(
      Exchange x, OpenFile file, Lock lock, CompletableFuture<Void> lockTaken) {
    CompletableFuture<Void> shown =
        lockTaken
            .thenCompose(done -> vfs.getattr(file.handle))
            .thenCompose(attr -> dropPages(x, file, attr));
    shown.whenComplete(
        (done, failure) -> {
          // A program that does not wait any more has no lock.
          if (shown.isCancelled() && !lockTaken.cancel(true)) {
            answers.pending().afterwards(vfs.setlk(file.handle, unlocked(lock), false));
          }
        });
    return shown;
  }

  private static Lock unlocked(Lock l) {
    return new Lock(l.kind(), Lock.Type.UNLOCK, l.owner(), l.start(), l.end(), l.pid());
  }

  /** On a thread of its own: the kernel may wait for reads that other threads have to answer. */
  private CompletableFuture<Void> dropPages(Exchange x, OpenFile file, Attr now) {
    return pages.locked(x.node(), file.inode, now.version())
        ? DONE
        : CompletableFuture.runAsync(
            () -> x.channel().notify(out -> Encoder.invalidateInode(out, x.node(), 0, 0)));
  }

  /** A process has closed one of its handles of the file. */
  CompletableFuture<?> closedBy(OpenFile file, long lockOwner) {
    return unlock(file, o -> o.kind == Lock.Kind.POSIX && o.owner == lockOwner);
  }

  /** The last close of an open file. */
  CompletableFuture<?> released(OpenFile file) {
    return unlock(file, o -> o.handle == file.handle);
  }

  private CompletableFuture<?> unlock(OpenFile file, Predicate<Owner> whose) {
    Set<Owner> all = owners.get(file.inode);
    if (all == null) {
      return DONE;
    }
    List<CompletableFuture<Void>> unlocks = new ArrayList<>();
    for (Owner owner : List.copyOf(all)) {
      if (whose.test(owner) && all.remove(owner)) {
        Lock unlock = whole(owner.kind, Lock.Type.UNLOCK, owner.owner, 0);
        unlocks.add(vfs.setlk(file.handle, unlock, false));
      }
    }
    owners.computeIfPresent(file.inode, (inode, left) -> left.isEmpty() ? null : left);
    return CompletableFuture.allOf(unlocks.toArray(new CompletableFuture<?>[0]));
  }
}
