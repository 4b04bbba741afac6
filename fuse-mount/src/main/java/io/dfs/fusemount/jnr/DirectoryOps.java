package io.dfs.fusemount.jnr;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Type;
import io.dfs.client.vfs.Entry;
import io.dfs.client.vfs.Vfs;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Caller;
import io.dfs.fusemount.memory.Memory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The callbacks for open directories. Shared.
 *
 * <p>The kernel asks for a page of entries at a time and the offset of an entry is its cookie, so a
 * directory of any size takes the memory of one batch.
 */
final class DirectoryOps {
  /** Some pages full: enough to make the question to the nameserver cheap for each. */
  private static final int BATCH = 1024;

  private static final CallContext FILL =
      CallContext.getCallContext(
          Type.SINT32,
          new Type[] {Type.POINTER, Type.POINTER, Type.POINTER, Type.SINT64},
          CallingConvention.DEFAULT,
          false);

  /** The entries after {@code cookie} that were fetched last, and how many of them are told. */
  private static final class OpenDirectory {
    @GuardedBy("this")
    private List<Entry> batch = List.of();

    @GuardedBy("this")
    private int told;

    @GuardedBy("this")
    private long cookie;
  }

  private final Vfs vfs;
  private final Calls calls;
  private final Paths paths;
  private final Map<Long, OpenDirectory> directories = new ConcurrentHashMap<>();

  DirectoryOps(Vfs vfs, Calls calls, Paths paths) {
    this.vfs = vfs;
    this.calls = calls;
    this.paths = paths;
  }

  int opendir(long path, long fileInfo) {
    Caller caller = Worker.current().request().caller();
    Opened opened = paths.onInode(caller, FsPath.at(path), inode -> vfs.opendir(caller, inode));
    directories.put(opened.handle(), new OpenDirectory());
    Memory.putLong(fileInfo + Layout.FI_FH, opened.handle());
    return 0;
  }

  int readdir(long buffer, long filler, long offset, long fileInfo) {
    long handle = Memory.getLong(fileInfo + Layout.FI_FH);
    OpenDirectory directory = directories.get(handle);
    if (directory == null) {
      throw new FsException(Errno.EBADF, "no such open directory");
    }
    synchronized (directory) {
      // A listing that begins anew sees the directory as it is now.
      if (offset == 0 || offset != directory.cookie) {
        directory.batch = List.of();
        directory.told = 0;
        directory.cookie = offset;
      }
      while (true) {
        if (directory.told == directory.batch.size()) {
          directory.batch = calls.await(vfs.readdir(handle, directory.cookie, BATCH));
          directory.told = 0;
          if (directory.batch.isEmpty()) {
            return 0;
          }
        }
        Entry entry = directory.batch.get(directory.told);
        if (!fill(filler, buffer, entry)) {
          return 0;
        }
        directory.told++;
        directory.cookie = entry.cookie();
      }
    }
  }

  /** False when the buffer has no room for it. */
  private static boolean fill(long filler, long buffer, Entry entry) {
    Worker worker = Worker.current();
    Memory.putString(worker.nameScratch(), entry.name().bytes());
    Layout.putEntry(worker.statScratch(), entry.inode().value(), entry.type());
    long full =
        Invoker.getInstance()
            .invokeN4(
                FILL, filler, buffer, worker.nameScratch(), worker.statScratch(), entry.cookie());
    return (int) full == 0;
  }

  int fsyncdir(long fileInfo) {
    calls.await(vfs.fsyncdir(Memory.getLong(fileInfo + Layout.FI_FH)));
    return 0;
  }

  int releasedir(long fileInfo) {
    long handle = Memory.getLong(fileInfo + Layout.FI_FH);
    if (directories.remove(handle) != null) {
      calls.await(vfs.release(handle));
    }
    return 0;
  }
}
