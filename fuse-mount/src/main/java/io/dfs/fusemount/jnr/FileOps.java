package io.dfs.fusemount.jnr;

import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.Vfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Caller;
import io.dfs.common.net.WaitingThreads;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.jnr.OpenFiles.OpenFile;
import io.dfs.fusemount.memory.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The callbacks for open files. Shared; each method is one callback's body. */
final class FileOps {
  /** Linux's open flags. */
  private static final int O_ACCMODE = 3;

  private static final int O_WRONLY = 1;
  private static final int O_RDWR = 2;
  private static final int O_EXCL = 0200;
  private static final int O_TRUNC = 01000;
  private static final int O_APPEND = 02000;

  private final Vfs vfs;
  private final Calls calls;
  private final Paths paths;
  private final OpenFiles files;
  private final KernelPages pages;
  private final LockOps locks;
  private final LongConsumer dropAttributes;
  private final boolean directIo;

  /**
   * @param dropAttributes makes the kernel ask again for the attributes of a node
   */
  FileOps(
      Vfs vfs,
      Calls calls,
      Paths paths,
      OpenFiles files,
      KernelPages pages,
      LockOps locks,
      LongConsumer dropAttributes,
      boolean directIo) {
    this.vfs = vfs;
    this.calls = calls;
    this.paths = paths;
    this.files = files;
    this.pages = pages;
    this.locks = locks;
    this.dropAttributes = dropAttributes;
    this.directIo = directIo;
  }

  int create(long path, int mode, long fileInfo) {
    Caller caller = Worker.current().request().caller();
    int flags = Memory.getInt(fileInfo + Layout.FI_FLAGS);
    Opened opened =
        paths.inParent(
            caller,
            FsPath.at(path),
            (parent, name) ->
                vfs.create(
                    caller, parent, name, mode & 07777, (flags & O_EXCL) != 0, openMode(flags)));
    keep(opened, flags, fileInfo, 0, path);
    return 0;
  }

  int open(long path, long fileInfo) {
    Request request = Worker.current().request();
    Caller caller = request.caller();
    int flags = Memory.getInt(fileInfo + Layout.FI_FLAGS);
    Opened opened =
        paths.open(
            caller,
            FsPath.at(path),
            inode -> vfs.open(caller, inode, openMode(flags)),
            (parent, name) -> vfs.open(caller, parent, name, openMode(flags)));
    long node = request.node();
    keep(opened, flags, fileInfo, node, path);
    if (pages.opened(node, opened.attr().inode(), opened.attr().version())) {
      setBits(fileInfo, Layout.FI_KEEP_CACHE);
    } else {
      dropAttributes.accept(node);
    }
    return 0;
  }

  private void keep(Opened opened, int flags, long fileInfo, long node, long path) {
    files.add(
        new OpenFile(
            opened.handle(),
            opened.attr().inode(),
            (flags & O_APPEND) != 0,
            node,
            Memory.string(path)));
    Memory.putLong(fileInfo + Layout.FI_FH, opened.handle());
    if (directIo) {
      setBits(fileInfo, Layout.FI_DIRECT_IO);
    }
  }

  private static void setBits(long fileInfo, int bits) {
    Memory.putInt(fileInfo + Layout.FI_BITS, Memory.getInt(fileInfo + Layout.FI_BITS) | bits);
  }

  private static OpenMode openMode(int flags) {
    int access = flags & O_ACCMODE;
    boolean write = access == O_WRONLY || access == O_RDWR;
    return new OpenMode(
        access != O_WRONLY, write, write && (flags & O_APPEND) != 0, (flags & O_TRUNC) != 0);
  }

  int read(long buffer, long size, long offset, long fileInfo) {
    OpenFile file = files.get(fileInfo);
    ByteBuf data;
    try {
      data = calls.await(vfs.read(file.handle, offset, (int) size));
    } catch (FsException e) {
      throw new FsException(
          e.errno(),
          "reading " + file.path() + " at " + offset + ": " + e.getMessage(),
          e.getCause());
    }
    try {
      Memory.copy(data, buffer);
      return data.readableBytes();
    } finally {
      data.release();
    }
  }

  int write(long buffer, long size, long offset, long fileInfo) {
    OpenFile file = files.get(fileInfo);
    Request request = Worker.current().request();
    if (!file.written) {
      file.written = true;
    }
    pages.written(request.node());
    ByteBuf data = request.view(buffer, (int) size);
    if (data == null) {
      data = Unpooled.wrappedBuffer(Memory.bytes(buffer, (int) size));
    }
    long handle = handleFor(file, fileInfo);
    // What a write starts goes on behind it; only room in the dirty buffer is waited for.
    WaitingThreads.leave();
    try {
      return calls.awaitWithMemory(vfs.write(handle, offset, data), request);
    } finally {
      WaitingThreads.enter();
    }
  }

  /**
   * Whether a write appends is said by each write: programs change it with fcntl(2), and pages that
   * were written through a mapping go to their place through whatever handle the kernel finds.
   */
  private long handleFor(OpenFile file, long fileInfo) {
    boolean append =
        (Memory.getInt(fileInfo + Layout.FI_FLAGS) & O_APPEND) != 0
            && Memory.getInt(fileInfo + Layout.FI_WRITEPAGE) == 0;
    if (append == file.append) {
      return file.handle;
    }
    if (file.otherHandle == 0) {
      synchronized (file) {
        if (file.otherHandle == 0) {
          file.otherHandle =
              calls
                  .await(
                      vfs.open(
                          Worker.current().request().caller(),
                          file.inode,
                          new OpenMode(false, true, append, false)))
                  .handle();
        }
      }
    }
    return file.otherHandle;
  }

  int flush(long fileInfo) {
    OpenFile file = files.get(fileInfo);
    if (file.written) {
      calls.await(vfs.flush(file.handle));
    }
    return 0;
  }

  int fsync(int dataOnly, long fileInfo) {
    calls.await(vfs.fsync(files.get(fileInfo).handle, dataOnly != 0));
    return 0;
  }

  int release(long fileInfo) {
    @Nullable OpenFile file = files.remove(fileInfo);
    if (file == null) {
      return 0;
    }
    if (file.node != 0) {
      pages.closed(file.node);
    }
    try {
      if ((Memory.getInt(fileInfo + Layout.FI_BITS) & Layout.FI_FLOCK_RELEASE) != 0) {
        locks.unlockAll(file, Memory.getLong(fileInfo + Layout.FI_LOCK_OWNER));
      }
    } finally {
      if (file.otherHandle != 0) {
        calls.await(vfs.release(file.otherHandle));
      }
      calls.await(vfs.release(file.handle));
    }
    return 0;
  }

  int fgetattr(long stat, long fileInfo) {
    Layout.putStat(stat, calls.await(vfs.getattr(Memory.getLong(fileInfo + Layout.FI_FH))));
    return 0;
  }

  int fallocate(int mode, long offset, long length, long fileInfo) {
    calls.await(vfs.fallocate(files.get(fileInfo).handle, mode, offset, length));
    pages.written(Worker.current().request().node());
    return 0;
  }

  int ftruncate(long size, long fileInfo) {
    Request request = Worker.current().request();
    calls.await(vfs.setattr(request.caller(), files.get(fileInfo).inode, AttrChange.size(size)));
    pages.written(request.node());
    return 0;
  }
}
