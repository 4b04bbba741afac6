package io.dfs.fusemount.jnr;

import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply.FsStats;
import io.dfs.common.message.Timestamp;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.jnr.Request.Hiding;
import io.dfs.fusemount.memory.Memory;
import org.jspecify.annotations.Nullable;

/** The callbacks for names and attributes. Shared; each method is one callback's body. */
final class TreeOps {
  /** The special nanoseconds of utimensat(2). */
  private static final long UTIME_NOW = (1L << 30) - 1;

  private static final long UTIME_OMIT = (1L << 30) - 2;
  private static final int KEEP_OWNER = -1;
  private static final int STATFS_BLOCK = 4096;

  private final Vfs vfs;
  private final Calls calls;
  private final Paths paths;
  private final HiddenFiles hidden;
  private final KernelPages pages;
  private final LinkedNodes linked;

  TreeOps(
      Vfs vfs,
      Calls calls,
      Paths paths,
      HiddenFiles hidden,
      KernelPages pages,
      LinkedNodes linked) {
    this.vfs = vfs;
    this.calls = calls;
    this.paths = paths;
    this.hidden = hidden;
    this.pages = pages;
    this.linked = linked;
  }

  private static Caller caller() {
    return Worker.current().request().caller();
  }

  int getattr(long path, long stat) {
    Request request = Worker.current().request();
    Attr attr = paths.lookup(request.caller(), FsPath.at(path));
    if (request.opcode() == Request.GETATTR) {
      linked.seen(request.node(), attr);
    }
    Layout.putStat(stat, attr);
    return 0;
  }

  int readlink(long path, long buffer, long size) {
    byte[] target = paths.onInode(caller(), FsPath.at(path), vfs::readlink);
    int length = (int) Math.min(target.length, size - 1);
    Memory.putString(
        buffer, length == target.length ? target : java.util.Arrays.copyOf(target, length));
    return 0;
  }

  int mknod(long path, int mode, long rdev) {
    Caller caller = caller();
    FileType type;
    try {
      type = FileType.ofMode(mode);
    } catch (IllegalArgumentException e) {
      throw new FsException(Errno.EINVAL, "mknod: " + e.getMessage(), e);
    }
    paths.inParent(
        caller,
        FsPath.at(path),
        (parent, name) -> vfs.mknod(caller, parent, name, type, mode & 07777, rdev));
    return 0;
  }

  int mkdir(long path, int mode) {
    Caller caller = caller();
    paths.inParent(
        caller, FsPath.at(path), (parent, name) -> vfs.mkdir(caller, parent, name, mode & 07777));
    return 0;
  }

  int symlink(long target, long path) {
    Caller caller = caller();
    byte[] bytes = Memory.string(target);
    paths.inParent(
        caller, FsPath.at(path), (parent, name) -> vfs.symlink(caller, parent, name, bytes));
    return 0;
  }

  int link(long from, long to) {
    Caller caller = caller();
    FsPath target = FsPath.at(to);
    Attr attr =
        paths.onInode(
            caller,
            FsPath.at(from),
            inode -> vfs.link(caller, inode, paths.parent(caller, target), target.last()));
    linked.linked(Worker.current().request().linkedNode(), attr.inode());
    return 0;
  }

  int unlink(long address) {
    FsPath path = FsPath.at(address);
    if (!hidden.forget(path.last())) {
      unlink(caller(), path);
    }
    return 0;
  }

  private Attr unlink(Caller caller, FsPath path) {
    Attr gone = paths.inParent(caller, path, (parent, name) -> vfs.unlink(caller, parent, name));
    paths.forget(paths.parent(caller, path), path.last());
    linked.changed(gone.inode());
    return gone;
  }

  int rmdir(long address) {
    FsPath path = FsPath.at(address);
    Caller caller = caller();
    paths.inParent(caller, path, (parent, name) -> vfs.rmdir(caller, parent, name));
    paths.forget(paths.parent(caller, path), path.last());
    return 0;
  }

  int rename(long from, long to) {
    FsPath source = FsPath.at(from);
    FsPath target = FsPath.at(to);
    Request request = Worker.current().request();
    Name name = target.last();
    if (HiddenFiles.isHiddenName(name)) {
      if (request.opcode() == Request.UNLINK) {
        hidden.put(name, unlink(request.caller(), source).inode());
        return 0;
      }
      if (request.opcode() == Request.RENAME && !request.renamesTo(name)) {
        request.hide(new Hiding(name, paths.lookup(request.caller(), source).inode()));
        return 0;
      }
    }
    try {
      rename(request.caller(), source, target);
    } finally {
      Hiding hiding = request.hiding();
      if (hiding != null) {
        hidden.put(hiding.hiddenName(), hiding.inode());
      }
    }
    return 0;
  }

  private void rename(Caller caller, FsPath source, FsPath target) {
    InodeId newParent = paths.parent(caller, target);
    paths.inParent(
        caller,
        source,
        (parent, old) -> vfs.rename(caller, parent, old, newParent, target.last(), 0));
    paths.forget(paths.parent(caller, source), source.last());
    paths.forget(newParent, target.last());
  }

  int chmod(long path, int mode) {
    return setattr(path, AttrChange.mode(mode & 07777));
  }

  int chown(long path, int uid, int gid) {
    return setattr(
        path, AttrChange.owner(uid == KEEP_OWNER ? null : uid, gid == KEEP_OWNER ? null : gid));
  }

  int truncate(long path, long size) {
    setattr(path, AttrChange.size(size));
    pages.written(Worker.current().request().node());
    return 0;
  }

  int utimens(long path, long times) {
    long atimeNs = Memory.getLong(times + 8);
    long mtimeNs = Memory.getLong(times + Layout.TIMESPEC_BYTES + 8);
    AttrChange change =
        AttrChange.times(
            time(times),
            time(times + Layout.TIMESPEC_BYTES),
            atimeNs == UTIME_NOW,
            mtimeNs == UTIME_NOW);
    return change.isNothing() ? 0 : setattr(path, change);
  }

  private static @Nullable Timestamp time(long timespec) {
    long nanos = Memory.getLong(timespec + 8);
    return nanos == UTIME_NOW || nanos == UTIME_OMIT
        ? null
        : new Timestamp(Memory.getLong(timespec), (int) nanos);
  }

  private int setattr(long path, AttrChange change) {
    Caller caller = caller();
    Attr attr = paths.onInode(caller, FsPath.at(path), inode -> vfs.setattr(caller, inode, change));
    linked.changed(attr.inode());
    return 0;
  }

  int access(long path, int mask) {
    Caller caller = caller();
    paths.onInode(caller, FsPath.at(path), inode -> vfs.access(caller, inode, mask));
    return 0;
  }

  /** Servers count raw bytes; programs want to know how much they can write. */
  int statfs(long statvfs) {
    FsStats stats = calls.await(vfs.statfs());
    int copies = Math.max(1, stats.defaults().replicas());
    long free = stats.freeBytes() / copies / STATFS_BLOCK;
    Layout.putStatvfs(
        statvfs,
        STATFS_BLOCK,
        stats.capacityBytes() / copies / STATFS_BLOCK,
        free,
        stats.inodes() + free,
        free);
    return 0;
  }
}
