package io.dfs.fusemount.jnr;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Name;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * From paths to inodes, with a small cache of names. Shared.
 *
 * <p>The kernel has looked a path up, and within {@code entryTimeout} believes what it was told; it
 * then names the path in every operation. So names that were looked up less than that ago are taken
 * from the cache, else the nameserver is asked. What this mount changes it forgets at once; where
 * the nameserver says that a cached inode is gone, the name is looked up once more.
 */
final class Paths {
  /** Each slot holds the last name that hashed to it: bounded, and without a lock. */
  private static final int SLOTS = 1 << 14;

  private record Known(InodeId parent, Name name, InodeId inode, long untilNs) {}

  /** An operation on a name in a directory. */
  interface OnName<T> {
    CompletableFuture<T> apply(InodeId parent, Name name);
  }

  private final Vfs vfs;
  private final Calls calls;
  private final HiddenFiles hidden;
  private final long timeoutNs;
  private final AtomicReferenceArray<@Nullable Known> slots = new AtomicReferenceArray<>(SLOTS);

  Paths(Vfs vfs, Calls calls, HiddenFiles hidden, long timeoutNs) {
    this.vfs = vfs;
    this.calls = calls;
    this.hidden = hidden;
    this.timeoutNs = timeoutNs;
  }

  /** What the path names now, by the nameserver's word for its last name. */
  Attr lookup(Caller caller, FsPath path) {
    if (path.isRoot()) {
      return calls.await(vfs.getattr(vfs.root()));
    }
    Name name = path.last();
    InodeId unlinked = hidden.find(name);
    if (unlinked != null) {
      return calls.await(vfs.getattr(unlinked));
    }
    return inParent(caller, path, (parent, last) -> vfs.lookup(caller, parent, last));
  }

  /** Runs an operation on what the path names. */
  <T> T onInode(Caller caller, FsPath path, Function<InodeId, CompletableFuture<T>> operation) {
    if (path.isRoot()) {
      return calls.await(operation.apply(vfs.root()));
    }
    InodeId unlinked = hidden.find(path.last());
    if (unlinked != null) {
      return calls.await(operation.apply(unlinked));
    }
    InodeId parent = parent(caller, path);
    InodeId cached = cached(parent, path.last());
    if (cached != null) {
      try {
        return calls.await(operation.apply(cached));
      } catch (FsException e) {
        if (e.errno() != Errno.ESTALE && e.errno() != Errno.ENOENT) {
          throw e;
        }
        forget(parent, path.last());
      }
    }
    return calls.await(operation.apply(lookup(caller, path).inode()));
  }

  /**
   * Opens what the path names now: not from the cache, so that what others renamed or replaced
   * counts.
   */
  <T> T open(
      Caller caller,
      FsPath path,
      Function<InodeId, CompletableFuture<T>> unlinked,
      OnName<T> named) {
    return path.isRoot() || hidden.find(path.last()) != null
        ? onInode(caller, path, unlinked)
        : inParent(caller, path, named);
  }

  /** Runs an operation on the path's last name in the directory before it. */
  <T> T inParent(Caller caller, FsPath path, OnName<T> operation) {
    Name name = path.last();
    try {
      return inParentOnce(caller, path, operation);
    } catch (FsException e) {
      if (e.errno() != Errno.ESTALE && e.errno() != Errno.ENXIO) {
        throw e;
      }
    }
    forgetAll(path);
    try {
      return inParentOnce(caller, path, operation);
    } catch (FsException e) {
      throw e.errno() == Errno.ENXIO ? new FsException(Errno.ENOENT, name + " is gone", e) : e;
    }
  }

  private <T> T inParentOnce(Caller caller, FsPath path, OnName<T> operation) {
    InodeId parent = parent(caller, path);
    T result = calls.await(operation.apply(parent, path.last()));
    note(parent, path.last(), result);
    return result;
  }

  private void note(InodeId parent, Name name, @Nullable Object result) {
    if (result instanceof Attr attr) {
      remember(parent, name, attr.inode());
    } else if (result instanceof Vfs.Opened opened) {
      remember(parent, name, opened.attr().inode());
    }
  }

  InodeId parent(Caller caller, FsPath path) {
    InodeId inode = vfs.root();
    for (int i = 0; i < path.depth() - 1; i++) {
      Name name = path.names().get(i);
      InodeId next = cached(inode, name);
      if (next == null) {
        next = calls.await(vfs.lookup(caller, inode, name)).inode();
        remember(inode, name, next);
      }
      inode = next;
    }
    return inode;
  }

  void forget(InodeId parent, Name name) {
    slots.set(slot(parent, name), null);
  }

  private void forgetAll(FsPath path) {
    InodeId inode = vfs.root();
    for (Name name : path.names()) {
      InodeId next = cached(inode, name);
      forget(inode, name);
      if (next == null) {
        return;
      }
      inode = next;
    }
  }

  private void remember(InodeId parent, Name name, InodeId inode) {
    slots.set(slot(parent, name), new Known(parent, name, inode, System.nanoTime() + timeoutNs));
  }

  private @Nullable InodeId cached(InodeId parent, Name name) {
    Known known = slots.get(slot(parent, name));
    if (known != null
        && known.untilNs - System.nanoTime() > 0
        && known.parent.equals(parent)
        && known.name.equals(name)) {
      return known.inode;
    }
    return null;
  }

  private static int slot(InodeId parent, Name name) {
    int hash = parent.hashCode() * 31 + name.hashCode();
    hash *= 0x9E3779B9;
    return hash >>> (32 - 14);
  }
}
