package io.dfs.fusemount.jnr;

import io.dfs.fusemount.jnr.Callbacks.Init;
import io.dfs.fusemount.jnr.Callbacks.L1;
import io.dfs.fusemount.jnr.Callbacks.L2;
import io.dfs.fusemount.jnr.Callbacks.L3;
import io.dfs.fusemount.jnr.Callbacks.L4;
import io.dfs.fusemount.jnr.Callbacks.L5;
import io.dfs.fusemount.jnr.Callbacks.LI;
import io.dfs.fusemount.jnr.Callbacks.LII;
import io.dfs.fusemount.jnr.Callbacks.LIL;
import io.dfs.fusemount.jnr.Callbacks.LILLL;
import io.dfs.fusemount.jnr.Callbacks.LLI;
import io.dfs.fusemount.jnr.Callbacks.LLIL;
import io.dfs.fusemount.jnr.Callbacks.LLLLI;
import io.dfs.fusemount.jnr.Calls.Operation;
import io.dfs.fusemount.memory.Memory;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * libfuse's {@code struct fuse_operations}: each callback's address, made from its body and wrapped
 * in {@link Calls#run}. Immutable; must be reachable as long as libfuse uses it.
 */
final class OperationTable {
  /** Bits of the word after {@code bmap}. */
  private static final int FLAG_NULLPATH_OK = 1;

  private static final int FLAG_NOPATH = 1 << 1;
  private static final int FLAG_UTIME_OMIT_OK = 1 << 2;

  /** The kernel's default of 12 background requests leaves read-ahead waiting for the network. */
  private static final int MAX_BACKGROUND = 128;

  private final Runtime runtime = Runtime.getSystemRuntime();
  private final FuseOperations table = new FuseOperations(runtime);
  private final Pointer memory = Pointer.wrap(runtime, Memory.allocate(Struct.size(table)));

  /** jnr-ffi holds the Java side of a native callback only weakly. */
  private final List<Object> alive = new ArrayList<>();

  private final Calls calls;

  OperationTable(
      Calls calls,
      TreeOps tree,
      FileOps file,
      DirectoryOps directory,
      XattrOps xattr,
      LockOps lock) {
    this.calls = calls;
    names(tree);
    attributes(tree, xattr);
    files(file, lock);
    directories(directory);
    put(table.init, Init.class, OperationTable::init);
    // With nopath, callbacks on open files get no path and libfuse does not lock its tree for them.
    memory.putInt(
        table.bmap.offset() + Long.BYTES, FLAG_NULLPATH_OK | FLAG_NOPATH | FLAG_UTIME_OMIT_OK);
  }

  long address() {
    return memory.address();
  }

  long bytes() {
    return Struct.size(table);
  }

  private int run(Operation operation) {
    return calls.run(operation);
  }

  private void names(TreeOps tree) {
    put(table.getattr, L2.class, (path, stat) -> run(() -> tree.getattr(path, stat)));
    put(table.readlink, L3.class, (path, to, size) -> run(() -> tree.readlink(path, to, size)));
    put(table.mknod, LIL.class, (path, mode, rdev) -> run(() -> tree.mknod(path, mode, rdev)));
    put(table.mkdir, LI.class, (path, mode) -> run(() -> tree.mkdir(path, mode)));
    put(table.unlink, L1.class, path -> run(() -> tree.unlink(path)));
    put(table.rmdir, L1.class, path -> run(() -> tree.rmdir(path)));
    put(table.symlink, L2.class, (target, path) -> run(() -> tree.symlink(target, path)));
    put(table.rename, L2.class, (from, to) -> run(() -> tree.rename(from, to)));
    put(table.link, L2.class, (from, to) -> run(() -> tree.link(from, to)));
  }

  private void attributes(TreeOps tree, XattrOps xattr) {
    put(table.chmod, LI.class, (path, mode) -> run(() -> tree.chmod(path, mode)));
    put(table.chown, LII.class, (path, uid, gid) -> run(() -> tree.chown(path, uid, gid)));
    put(table.truncate, L2.class, (path, size) -> run(() -> tree.truncate(path, size)));
    put(table.utimens, L2.class, (path, times) -> run(() -> tree.utimens(path, times)));
    put(table.access, LI.class, (path, mask) -> run(() -> tree.access(path, mask)));
    put(table.statfs, L2.class, (path, statvfs) -> run(() -> tree.statfs(statvfs)));
    put(
        table.setxattr,
        LLLLI.class,
        (path, name, value, size, flags) ->
            run(() -> xattr.setxattr(path, name, value, size, flags)));
    put(
        table.getxattr,
        L4.class,
        (path, name, to, size) -> run(() -> xattr.getxattr(path, name, to, size)));
    put(table.listxattr, L3.class, (path, to, size) -> run(() -> xattr.listxattr(path, to, size)));
    put(table.removexattr, L2.class, (path, name) -> run(() -> xattr.removexattr(path, name)));
  }

  private void files(FileOps file, LockOps lock) {
    put(table.create, LIL.class, (path, mode, fi) -> run(() -> file.create(path, mode, fi)));
    put(table.open, L2.class, (path, fi) -> run(() -> file.open(path, fi)));
    put(
        table.read,
        L5.class,
        (path, to, size, offset, fi) -> run(() -> file.read(to, size, offset, fi)));
    put(
        table.write,
        L5.class,
        (path, from, size, offset, fi) -> run(() -> file.write(from, size, offset, fi)));
    put(table.flush, L2.class, (path, fi) -> run(() -> file.flush(fi)));
    put(table.fsync, LIL.class, (path, dataOnly, fi) -> run(() -> file.fsync(dataOnly, fi)));
    put(table.release, L2.class, (path, fi) -> run(() -> file.release(fi)));
    put(table.fgetattr, L3.class, (path, stat, fi) -> run(() -> file.fgetattr(stat, fi)));
    put(table.ftruncate, L3.class, (path, size, fi) -> run(() -> file.ftruncate(size, fi)));
    put(table.lock, LLIL.class, (path, fi, cmd, flock) -> run(() -> lock.lock(fi, cmd, flock)));
    put(table.flock, LLI.class, (path, fi, operation) -> run(() -> lock.flock(fi, operation)));
    put(
        table.fallocate,
        LILLL.class,
        (path, mode, offset, length, fi) -> run(() -> file.fallocate(mode, offset, length, fi)));
  }

  private void directories(DirectoryOps directory) {
    put(table.opendir, L2.class, (path, fi) -> run(() -> directory.opendir(path, fi)));
    put(
        table.readdir,
        L5.class,
        (path, to, filler, offset, fi) -> run(() -> directory.readdir(to, filler, offset, fi)));
    put(table.fsyncdir, LIL.class, (path, dataOnly, fi) -> run(() -> directory.fsyncdir(fi)));
    put(table.releasedir, L2.class, (path, fi) -> run(() -> directory.releasedir(fi)));
  }

  private static long init(long connection) {
    Memory.putInt(connection + Layout.CONN_MAX_BACKGROUND, MAX_BACKGROUND);
    Memory.putInt(connection + Layout.CONN_CONGESTION, MAX_BACKGROUND * 3 / 4);
    return 0;
  }

  private <T> void put(jnr.ffi.BaseStruct.Func<?> field, Class<T> shape, T callback) {
    alive.add(callback);
    Pointer address = runtime.getClosureManager().getClosurePointer(shape, callback);
    alive.add(address);
    memory.putPointer(field.offset(), address);
  }
}
