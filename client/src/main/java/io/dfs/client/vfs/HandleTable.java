package io.dfs.client.vfs;

import io.dfs.client.read.ReadAhead;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.write.FileState;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Timestamp;
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
    volatile long readSecond;

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
