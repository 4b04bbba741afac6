package io.dfs.fusemount.linux;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The open files by the number that the kernel holds, which is the handle of the Vfs. Shared. */
final class OpenFiles {
  private final Map<Long, OpenFile> files = new ConcurrentHashMap<>();

  /** An open file. Shared. */
  static final class OpenFile {
    final long handle;
    final InodeId inode;
    final boolean append;

    /** Whose writes do not clear the set-user and set-group bits by themselves. */
    final boolean byRoot;

    volatile boolean written;

    /** Opened when needed, for writes in the other way than {@link #append} says. */
    volatile @Nullable CompletableFuture<Long> otherHandle;

    OpenFile(long handle, InodeId inode, boolean append, boolean byRoot) {
      this.handle = handle;
      this.inode = inode;
      this.append = append;
      this.byRoot = byRoot;
    }
  }

  void add(OpenFile file) {
    files.put(file.handle, file);
  }

  OpenFile get(long handle) {
    OpenFile file = files.get(handle);
    if (file == null) {
      throw new FsException(Errno.EBADF, "no such open file: " + handle);
    }
    return file;
  }

  @Nullable OpenFile remove(long handle) {
    return files.remove(handle);
  }

  List<OpenFile> all() {
    return List.copyOf(files.values());
  }

  /** Takes all out: a mount that ends is not always told of the last closes. */
  List<OpenFile> removeAll() {
    List<OpenFile> all = List.copyOf(files.values());
    all.forEach(file -> files.remove(file.handle));
    return all;
  }
}
