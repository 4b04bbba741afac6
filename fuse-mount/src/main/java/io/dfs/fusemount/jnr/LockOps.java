package io.dfs.fusemount.jnr;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Lock;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.jnr.OpenFiles.OpenFile;
import io.dfs.fusemount.memory.Memory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.LongConsumer;

/**
 * The callbacks for locks. Shared.
 *
 * <p>libfuse unlocks at every close, as POSIX wants it. Owners that hold nothing are known here, so
 * that the close of an ordinary file asks nobody.
 */
final class LockOps {
  private static final int F_GETLK = 5;
  private static final int F_SETLKW = 7;
  private static final int F_RDLCK = 0;
  private static final int F_WRLCK = 1;
  private static final int F_UNLCK = 2;
  private static final int LOCK_SH = 1;
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;
  private static final int LOCK_UN = 8;

  /** Waits hold a worker each. Beyond that many, EAGAIN. */
  private static final int MAX_WAITS = Workers.MAX - 64;

  private record Owner(InodeId inode, Lock.Kind kind, long owner) {}

  private final Vfs vfs;
  private final Calls calls;
  private final OpenFiles files;
  private final KernelPages pages;
  private final LongConsumer dropPages;
  private final Semaphore waits = new Semaphore(MAX_WAITS);

  /** Who may hold a lock; as many as there are locks. */
  private final Set<Owner> owners = ConcurrentHashMap.newKeySet();

  /**
   * @param dropPages makes the kernel ask again for the content of a node
   */
  LockOps(Vfs vfs, Calls calls, OpenFiles files, KernelPages pages, LongConsumer dropPages) {
    this.pages = pages;
    this.dropPages = dropPages;
    this.vfs = vfs;
    this.calls = calls;
    this.files = files;
  }

  int lock(long fileInfo, int command, long flock) {
    OpenFile file = files.get(fileInfo);
    long start = Memory.getLong(flock + Layout.FLOCK_START);
    long length = Memory.getLong(flock + Layout.FLOCK_LENGTH);
    Lock lock =
        new Lock(
            Lock.Kind.POSIX,
            type(Memory.getShort(flock + Layout.FLOCK_TYPE)),
            Memory.getLong(fileInfo + Layout.FI_LOCK_OWNER),
            start,
            length == 0 ? Long.MAX_VALUE : start + length - 1,
            Memory.getInt(flock + Layout.FLOCK_PID));
    if (command == F_GETLK) {
      answer(flock, calls.await(vfs.getlk(file.handle, lock)));
    } else {
      set(file, lock, command == F_SETLKW);
    }
    return 0;
  }

  private static Lock.Type type(int type) {
    return switch (type) {
      case F_RDLCK -> Lock.Type.READ;
      case F_WRLCK -> Lock.Type.WRITE;
      case F_UNLCK -> Lock.Type.UNLOCK;
      default -> throw new FsException(Errno.EINVAL, "no such type of lock: " + type);
    };
  }

  private static void answer(long flock, Lock holder) {
    Memory.putShort(
        flock + Layout.FLOCK_TYPE,
        switch (holder.type()) {
          case READ -> F_RDLCK;
          case WRITE -> F_WRLCK;
          case UNLOCK -> F_UNLCK;
        });
    if (holder.type() != Lock.Type.UNLOCK) {
      Memory.putShort(flock + Layout.FLOCK_WHENCE, 0);
      Memory.putLong(flock + Layout.FLOCK_START, holder.start());
      Memory.putLong(
          flock + Layout.FLOCK_LENGTH,
          holder.end() == Long.MAX_VALUE ? 0 : holder.end() - holder.start() + 1);
      Memory.putInt(flock + Layout.FLOCK_PID, holder.pid());
    }
  }

  int flock(long fileInfo, int operation) {
    OpenFile file = files.get(fileInfo);
    Lock.Type type =
        switch (operation & ~LOCK_NB) {
          case LOCK_SH -> Lock.Type.READ;
          case LOCK_EX -> Lock.Type.WRITE;
          case LOCK_UN -> Lock.Type.UNLOCK;
          default ->
              throw new FsException(Errno.EINVAL, "no such operation of flock: " + operation);
        };
    long owner = Memory.getLong(fileInfo + Layout.FI_LOCK_OWNER);
    set(file, whole(owner, type), (operation & LOCK_NB) == 0);
    return 0;
  }

  private static Lock whole(long owner, Lock.Type type) {
    int pid = Worker.current().request().pid();
    return new Lock(Lock.Kind.FLOCK, type, owner, 0, Long.MAX_VALUE, pid);
  }

  /** The last close of an open file ends its flock. */
  void unlockAll(OpenFile file, long owner) {
    set(file, whole(owner, Lock.Type.UNLOCK), false);
  }

  private void set(OpenFile file, Lock lock, boolean wait) {
    Owner owner = new Owner(file.inode, lock.kind(), lock.owner());
    if (lock.type() == Lock.Type.UNLOCK) {
      if (owners.contains(owner)) {
        calls.await(vfs.setlk(file.handle, lock, false));
        if (lock.start() == 0 && lock.end() == Long.MAX_VALUE) {
          owners.remove(owner);
        }
      }
      return;
    }
    owners.add(owner);
    take(file, lock, wait);
    long node = Worker.current().request().node();
    Attr now = calls.await(vfs.getattr(file.handle));
    if (!pages.locked(node, file.inode, now.version())) {
      dropPages.accept(node);
    }
  }

  private void take(OpenFile file, Lock lock, boolean wait) {
    if (!wait) {
      calls.await(vfs.setlk(file.handle, lock, false));
      return;
    }
    if (!waits.tryAcquire()) {
      throw new FsException(Errno.EAGAIN, "too many programs wait for locks on this mount");
    }
    try {
      calls.awaitLock(vfs.setlk(file.handle, lock, true));
    } finally {
      waits.release();
    }
  }
}
