package io.dfs.fusemount.jnr;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.fusemount.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
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

    /** The kernel's node, or 0 for a file just created, whose node is not known yet. */
    final long node;

    /** What it was opened as, for messages. */
    private final byte[] path;

    volatile boolean written;

    /** Opened when needed, for writes in the other way than {@link #append} says; 0 before. */
    volatile long otherHandle;

    OpenFile(long handle, InodeId inode, boolean append, long node, byte[] path) {
      this.handle = handle;
      this.inode = inode;
      this.append = append;
      this.node = node;
      this.path = path;
    }

    String path() {
      return new String(path, StandardCharsets.UTF_8);
    }
  }

  void add(OpenFile file) {
    files.put(file.handle, file);
  }

  OpenFile get(long fileInfo) {
    OpenFile file = files.get(Memory.getLong(fileInfo + Layout.FI_FH));
    if (file == null) {
      throw new FsException(Errno.EBADF, "no such open file");
    }
    return file;
  }

  @Nullable OpenFile remove(long fileInfo) {
    return files.remove(Memory.getLong(fileInfo + Layout.FI_FH));
  }

  /** Takes all out: a mount that ends is not always told of the last closes. */
  List<OpenFile> removeAll() {
    List<OpenFile> all = List.copyOf(files.values());
    all.forEach(file -> files.remove(file.handle));
    return all;
  }
}
