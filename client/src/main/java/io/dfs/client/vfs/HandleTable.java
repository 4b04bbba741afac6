package io.dfs.client.vfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.read.ReadAhead;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.VfsState.LockOwner;
import io.dfs.client.write.FileState;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Timestamp;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Open files and directories by the numbers that engines know them by. Shared. */
final class HandleTable {
  /**
   * An open file or directory.
   *
   * @param file null for a directory
   */
  static final class Handle {
    final InodeId inode;
    final Caller caller;
    final OpenMode mode;
    final @Nullable FileState file;
    final @Nullable ReadAhead ahead;
    volatile @Nullable Timestamp readAt;

    /** Whether {@link #readAt} is to be told to the nameserver, by the rule of relatime. */
    volatile boolean atimeDue;

    volatile long readSecond;

    /** Who may hold a lock that was taken through this handle: one for each process that did. */
    @GuardedBy("this")
    private final Set<LockOwner> lockOwners = new HashSet<>(0);

    Handle(
        InodeId inode,
        Caller caller,
        OpenMode mode,
        @Nullable FileState file,
        @Nullable ReadAhead ahead) {
      this.inode = inode;
      this.caller = caller;
      this.mode = mode;
      this.file = file;
      this.ahead = ahead;
    }

    /** A lock is being taken or freed through this handle. */
    synchronized void locking(Lock lock) {
      LockOwner owner = new LockOwner(lock.kind(), lock.owner());
      if (lock.type() != Lock.Type.UNLOCK) {
        lockOwners.add(owner);
      } else if (lock.start() == 0 && lock.end() == Long.MAX_VALUE) {
        lockOwners.remove(owner);
      }
    }

    synchronized List<LockOwner> lockOwners() {
      return List.copyOf(lockOwners);
    }

    /** Locks that were taken through it in another process. */
    synchronized void takeOver(List<LockOwner> owners) {
      lockOwners.addAll(owners);
    }

    /** What frees all locks that were taken and may be held still. */
    synchronized List<Lock> takeLocks() {
      List<Lock> unlocks =
          lockOwners.stream()
              .map(o -> new Lock(o.kind(), Lock.Type.UNLOCK, o.owner(), 0, Long.MAX_VALUE, 0))
              .toList();
      lockOwners.clear();
      return unlocks;
    }

    /** The file; EISDIR when it is a directory. */
    FileState file() {
      FileState f = file;
      if (f == null) {
        throw new FsException(Errno.EISDIR, "inode " + inode + " is a directory");
      }
      return f;
    }
  }

  private final ConcurrentMap<Long, Handle> handles = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong(1);

  /** All that is open, by number. */
  Map<Long, Handle> all() {
    return Map.copyOf(handles);
  }

  /** The number of the next handle. */
  long next() {
    return next.get();
  }

  /** The handle of another process by its number there; before any is added. */
  void takeOver(long number, Handle handle) {
    handles.put(number, handle);
  }

  void takeOverNext(long number) {
    next.set(number);
  }

  int size() {
    return handles.size();
  }

  long add(Handle handle) {
    long number = next.getAndIncrement();
    handles.put(number, handle);
    return number;
  }

  Handle get(long number) {
    Handle handle = handles.get(number);
    if (handle == null) {
      throw new FsException(Errno.EBADF, "handle " + number + " is not open");
    }
    return handle;
  }

  Handle remove(long number) {
    Handle handle = handles.remove(number);
    if (handle == null) {
      throw new FsException(Errno.EBADF, "handle " + number + " is not open");
    }
    return handle;
  }
}
