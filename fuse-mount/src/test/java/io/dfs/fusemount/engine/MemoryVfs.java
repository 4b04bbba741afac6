package io.dfs.fusemount.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.Entry;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Mutation.Rename;
import io.dfs.common.message.Mutation.SetXattr;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply.FsStats;
import io.dfs.common.message.Timestamp;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A whole filesystem in memory, exact where the engine can tell the difference. Shared. */
class MemoryVfs implements TestVfs {
  private static final int PAGE = 4096;
  private static final DataSettings SETTINGS = new DataSettings(64 << 20, 2);

  /** What an inode is. */
  private static final class Node {
    final InodeId id;
    final FileType type;
    int mode;
    int uid;
    int gid;
    int nlink;
    long rdev;
    long size;
    long version = 1;
    int opens;
    byte[] target = {};
    Timestamp atime;
    Timestamp mtime;
    Timestamp ctime;
    Node parent = this;
    final Map<Long, byte[]> pages = new HashMap<>();
    final Map<Name, byte[]> xattrs = new TreeMap<>();
    final Map<Name, Long> cookies = new TreeMap<>();
    final TreeMap<Long, Map.Entry<Name, Node>> entries = new TreeMap<>();
    final List<Lock> locks = new ArrayList<>();
    final List<Runnable> lockWaits = new ArrayList<>();

    Node(InodeId id, FileType type, int mode, Caller caller) {
      this.id = id;
      this.type = type;
      this.mode = mode;
      this.uid = caller.uid();
      this.gid = caller.gid();
      atime = mtime = ctime = now();
      nlink = type == FileType.DIRECTORY ? 2 : 1;
    }

    Attr attr() {
      return new Attr(
          id,
          type,
          mode,
          nlink,
          uid,
          gid,
          rdev,
          size,
          (long) pages.size() * PAGE,
          atime,
          mtime,
          ctime,
          ctime,
          version,
          SETTINGS);
    }

    void changed() {
      mtime = ctime = now();
      version++;
    }
  }

  private record Handle(Node node, boolean append) {}

  @GuardedBy("this")
  private final Map<InodeId, Node> nodes = new HashMap<>();

  @GuardedBy("this")
  private final Map<Long, Handle> handles = new HashMap<>();

  @GuardedBy("this")
  private long nextInode = 1;

  @GuardedBy("this")
  private long nextHandle = 1;

  @GuardedBy("this")
  private long nextCookie = 3;

  MemoryVfs() {
    Node root = new Node(InodeId.ROOT, FileType.DIRECTORY, 0755, Caller.ROOT);
    nodes.put(root.id, root);
  }

  private static Timestamp now() {
    return Timestamp.of(Instant.now());
  }

  private synchronized <T> CompletableFuture<T> answer(Supplier<T> body) {
    try {
      return CompletableFuture.completedFuture(body.get());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static FsException error(Errno errno) {
    return new FsException(errno, errno.text());
  }

  private synchronized Node node(InodeId id) {
    Node node = nodes.get(id);
    if (node == null) {
      throw error(Errno.ESTALE);
    }
    return node;
  }

  private Node directory(InodeId id) {
    Node node = node(id);
    if (node.type != FileType.DIRECTORY) {
      throw error(Errno.ENOTDIR);
    }
    return node;
  }

  private synchronized Handle handle(long number) {
    Handle handle = handles.get(number);
    if (handle == null) {
      throw error(Errno.EBADF);
    }
    return handle;
  }

  private Node find(Node directory, Name name) {
    if (name.isDot()) {
      return directory;
    }
    if (name.isDotDot()) {
      return directory.parent;
    }
    Long cookie = directory.cookies.get(name);
    return cookie == null ? null : directory.entries.get(cookie).getValue();
  }

  private Node child(Node directory, Name name) {
    Node found = find(directory, name);
    if (found == null) {
      throw error(Errno.ENOENT);
    }
    return found;
  }

  private synchronized void enter(Node directory, Name name, Node node) {
    if (name.length() > Name.MAX_BYTES) {
      throw error(Errno.ENAMETOOLONG);
    }
    if (directory.nlink == 0) {
      throw error(Errno.ENOENT);
    }
    if (directory.cookies.containsKey(name)) {
      throw error(Errno.EEXIST);
    }
    directory.cookies.put(name, nextCookie);
    directory.entries.put(nextCookie++, Map.entry(name, node));
    if (node.type == FileType.DIRECTORY) {
      directory.nlink++;
      node.parent = directory;
    }
    directory.changed();
  }

  private void leave(Node directory, Name name) {
    Node node = directory.entries.remove(directory.cookies.remove(name)).getValue();
    if (node.type == FileType.DIRECTORY) {
      directory.nlink--;
    }
    directory.changed();
  }

  private synchronized void dropLink(Node node) {
    node.nlink -= node.type == FileType.DIRECTORY ? 2 : 1;
    node.ctime = now();
    if (node.nlink == 0 && node.opens == 0) {
      nodes.remove(node.id);
    }
  }

  private synchronized Node make(
      Caller caller, InodeId parent, Name name, FileType type, int mode) {
    Node directory = directory(parent);
    Node node = new Node(new InodeId(++nextInode), type, mode, caller);
    if ((directory.mode & 02000) != 0) {
      node.gid = directory.gid;
      node.mode |= type == FileType.DIRECTORY ? 02000 : 0;
    }
    enter(directory, name, node);
    nodes.put(node.id, node);
    return node;
  }

  private synchronized Opened opened(Node node, OpenMode mode) {
    node.opens++;
    if (mode.truncate()) {
      resize(node, 0);
    }
    handles.put(nextHandle, new Handle(node, mode.append()));
    return new Opened(nextHandle++, node.attr());
  }

  private static void resize(Node node, long size) {
    if (size < node.size) {
      node.pages.keySet().removeIf(page -> page * PAGE >= size);
      byte[] last = node.pages.get(size / PAGE);
      if (last != null) {
        java.util.Arrays.fill(last, (int) (size % PAGE), PAGE, (byte) 0);
      }
    }
    node.size = size;
    node.changed();
  }

  /** As if another client had written the file. */
  synchronized void replaceContent(String name, byte[] content) {
    Node node = child(nodes.get(InodeId.ROOT), Name.of(name));
    resize(node, 0);
    put(node, 0, io.netty.buffer.Unpooled.wrappedBuffer(content));
  }

  /** Names in the root directory. */
  synchronized List<Name> names() {
    return List.copyOf(nodes.get(InodeId.ROOT).cookies.keySet());
  }

  synchronized int inodeCount() {
    return nodes.size();
  }

  @Override
  public synchronized int openHandles() {
    return handles.size();
  }

  @Override
  public CompletableFuture<Attr> lookup(Caller caller, InodeId parent, Name name) {
    return answer(() -> child(directory(parent), name).attr());
  }

  @Override
  public CompletableFuture<Attr> getattr(InodeId inode) {
    return answer(() -> node(inode).attr());
  }

  @Override
  public CompletableFuture<Attr> setattr(Caller caller, InodeId inode, AttrChange change) {
    return answer(
        () -> {
          Node node = node(inode);
          if (change.sizeBytes() != null) {
            resize(node, change.sizeBytes());
          }
          node.mode = change.mode() == null ? node.mode : change.mode();
          node.uid = change.uid() == null ? node.uid : change.uid();
          node.gid = change.gid() == null ? node.gid : change.gid();
          node.ctime = now();
          node.atime =
              change.atimeNow() ? node.ctime : change.atime() == null ? node.atime : change.atime();
          node.mtime =
              change.mtimeNow() ? node.ctime : change.mtime() == null ? node.mtime : change.mtime();
          return node.attr();
        });
  }

  @Override
  public CompletableFuture<byte[]> readlink(InodeId inode) {
    return answer(() -> node(inode).target);
  }

  @Override
  public CompletableFuture<Attr> mknod(
      Caller caller, InodeId parent, Name name, FileType type, int mode, long rdev) {
    return answer(
        () -> {
          Node node = make(caller, parent, name, type, mode);
          node.rdev = rdev;
          return node.attr();
        });
  }

  @Override
  public CompletableFuture<Attr> mkdir(Caller caller, InodeId parent, Name name, int mode) {
    return answer(() -> make(caller, parent, name, FileType.DIRECTORY, mode).attr());
  }

  @Override
  public CompletableFuture<Attr> symlink(Caller caller, InodeId parent, Name name, byte[] target) {
    return answer(
        () -> {
          Node node = make(caller, parent, name, FileType.SYMLINK, 0777);
          node.target = target;
          node.size = target.length;
          return node.attr();
        });
  }

  @Override
  public CompletableFuture<Attr> link(Caller caller, InodeId inode, InodeId parent, Name name) {
    return answer(
        () -> {
          Node node = node(inode);
          if (node.type == FileType.DIRECTORY) {
            throw error(Errno.EPERM);
          }
          if (node.nlink == 0) {
            throw error(Errno.ENOENT);
          }
          enter(directory(parent), name, node);
          node.nlink++;
          node.ctime = now();
          return node.attr();
        });
  }

  @Override
  public CompletableFuture<Attr> unlink(Caller caller, InodeId parent, Name name) {
    return answer(
        () -> {
          Node node = child(directory(parent), name);
          if (node.type == FileType.DIRECTORY) {
            throw error(Errno.EISDIR);
          }
          leave(directory(parent), name);
          dropLink(node);
          return node.attr();
        });
  }

  @Override
  public CompletableFuture<Attr> rmdir(Caller caller, InodeId parent, Name name) {
    return answer(
        () -> {
          Node node = child(directory(parent), name);
          if (node.type != FileType.DIRECTORY) {
            throw error(Errno.ENOTDIR);
          }
          if (!node.entries.isEmpty()) {
            throw error(Errno.ENOTEMPTY);
          }
          leave(directory(parent), name);
          dropLink(node);
          return node.attr();
        });
  }

  @Override
  public CompletableFuture<Attr> rename(
      Caller caller, InodeId parent, Name name, InodeId newParent, Name newName, int flags) {
    return answer(
        () -> {
          Node from = directory(parent);
          Node to = directory(newParent);
          Node node = child(from, name);
          Node old = find(to, newName);
          for (Node up = to; ; up = up.parent) {
            if (up == node) {
              throw error(Errno.EINVAL);
            }
            if (up == up.parent) {
              break;
            }
          }
          if (old == node) {
            return node.attr();
          }
          if (flags == Rename.EXCHANGE) {
            from.entries.put(from.cookies.get(name), Map.entry(name, child(to, newName)));
            to.entries.put(to.cookies.get(newName), Map.entry(newName, node));
            return node.attr();
          }
          if (old != null) {
            replace(to, newName, old, node.type == FileType.DIRECTORY, flags);
          }
          leave(from, name);
          enter(to, newName, node);
          node.ctime = now();
          return node.attr();
        });
  }

  private void replace(Node directory, Name name, Node old, boolean byDirectory, int flags) {
    if (flags == Rename.NOREPLACE) {
      throw error(Errno.EEXIST);
    }
    if (byDirectory && old.type != FileType.DIRECTORY) {
      throw error(Errno.ENOTDIR);
    }
    if (!byDirectory && old.type == FileType.DIRECTORY) {
      throw error(Errno.EISDIR);
    }
    if (!old.entries.isEmpty()) {
      throw error(Errno.ENOTEMPTY);
    }
    leave(directory, name);
    dropLink(old);
  }

  @Override
  public CompletableFuture<Opened> create(
      Caller caller, InodeId parent, Name name, int mode, boolean exclusive, OpenMode openMode) {
    return answer(
        () -> {
          Node node = find(directory(parent), name);
          if (node == null) {
            node = make(caller, parent, name, FileType.REGULAR, mode);
          } else if (exclusive) {
            throw error(Errno.EEXIST);
          }
          return opened(node, openMode);
        });
  }

  @Override
  public CompletableFuture<Opened> open(Caller caller, InodeId inode, OpenMode openMode) {
    return answer(() -> opened(node(inode), openMode));
  }

  @Override
  public CompletableFuture<ByteBuf> read(long handle, long offset, int length) {
    return answer(
        () -> {
          Node node = handle(handle).node;
          int count = (int) Math.max(0, Math.min(length, node.size - offset));
          ByteBuf data = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(1, count));
          for (long at = offset; at < offset + count; ) {
            int in = (int) (at % PAGE);
            int part = (int) Math.min(PAGE - in, offset + count - at);
            byte[] page = node.pages.get(at / PAGE);
            if (page == null) {
              data.writeZero(part);
            } else {
              data.writeBytes(page, in, part);
            }
            at += part;
          }
          return data;
        });
  }

  @Override
  public CompletableFuture<Integer> write(long handle, long offset, ByteBuf data) {
    return answer(
        () -> {
          Handle h = handle(handle);
          return put(h.node, h.append ? h.node.size : offset, data);
        });
  }

  private static int put(Node node, long offset, ByteBuf data) {
    int length = data.readableBytes();
    for (long at = offset; at < offset + length; ) {
      int in = (int) (at % PAGE);
      int part = (int) Math.min(PAGE - in, offset + length - at);
      byte[] page = node.pages.computeIfAbsent(at / PAGE, p -> new byte[PAGE]);
      data.getBytes(data.readerIndex() + (int) (at - offset), page, in, part);
      at += part;
    }
    node.size = Math.max(node.size, offset + length);
    node.changed();
    return length;
  }

  @Override
  public CompletableFuture<Void> flush(long handle) {
    return answer(
        () -> {
          handle(handle);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> fsync(long handle, boolean dataOnly) {
    return flush(handle);
  }

  @Override
  public CompletableFuture<Void> release(long handle) {
    return answer(
        () -> {
          Node node = handle(handle).node;
          handles.remove(handle);
          if (--node.opens == 0 && node.nlink == 0) {
            nodes.remove(node.id);
          }
          return null;
        });
  }

  @Override
  public CompletableFuture<Attr> getattr(long handle) {
    return answer(() -> handle(handle).node.attr());
  }

  @Override
  public CompletableFuture<Opened> opendir(Caller caller, InodeId directory) {
    return answer(() -> opened(directory(directory), OpenMode.READ));
  }

  @Override
  public CompletableFuture<List<Entry>> readdir(long handle, long cookie, int maxEntries) {
    return answer(
        () -> {
          Node node = handle(handle).node;
          List<Entry> list = new ArrayList<>();
          if (cookie < 1) {
            list.add(new Entry(Name.of("."), node.id, node.type, 1));
          }
          if (cookie < 2) {
            list.add(new Entry(Name.of(".."), node.parent.id, node.type, 2));
          }
          for (Map.Entry<Long, Map.Entry<Name, Node>> e :
              node.entries.tailMap(cookie, false).entrySet()) {
            if (list.size() >= maxEntries) {
              break;
            }
            Node child = e.getValue().getValue();
            list.add(new Entry(e.getValue().getKey(), child.id, child.type, e.getKey()));
          }
          return list;
        });
  }

  @Override
  public CompletableFuture<Void> fsyncdir(long handle) {
    return flush(handle);
  }

  @Override
  public CompletableFuture<FsStats> statfs() {
    return answer(() -> new FsStats(1L << 40, 1L << 39, nodes.size(), SETTINGS));
  }

  @Override
  public CompletableFuture<Void> access(Caller caller, InodeId inode, int mask) {
    return answer(
        () -> {
          node(inode);
          return null;
        });
  }

  @Override
  public CompletableFuture<byte[]> getxattr(Caller caller, InodeId inode, Name name) {
    return answer(
        () -> {
          byte[] value = node(inode).xattrs.get(name);
          if (value == null) {
            throw error(Errno.ENODATA);
          }
          return value;
        });
  }

  @Override
  public CompletableFuture<List<Name>> listxattr(Caller caller, InodeId inode) {
    return answer(() -> List.copyOf(node(inode).xattrs.keySet()));
  }

  @Override
  public CompletableFuture<Void> setxattr(
      Caller caller, InodeId inode, Name name, byte[] value, int flags) {
    return answer(
        () -> {
          Map<Name, byte[]> xattrs = node(inode).xattrs;
          if (flags == SetXattr.CREATE && xattrs.containsKey(name)) {
            throw error(Errno.EEXIST);
          }
          if (flags == SetXattr.REPLACE && !xattrs.containsKey(name)) {
            throw error(Errno.ENODATA);
          }
          xattrs.put(name, value);
          return null;
        });
  }

  @Override
  public CompletableFuture<Void> removexattr(Caller caller, InodeId inode, Name name) {
    return answer(
        () -> {
          if (node(inode).xattrs.remove(name) == null) {
            throw error(Errno.ENODATA);
          }
          return null;
        });
  }

  private static boolean conflict(Lock held, Lock asked) {
    return asked.type() != Lock.Type.UNLOCK
        && held.kind() == asked.kind()
        && held.owner() != asked.owner()
        && held.start() <= asked.end()
        && asked.start() <= held.end()
        && (held.type() == Lock.Type.WRITE || asked.type() == Lock.Type.WRITE);
  }

  @Override
  public CompletableFuture<Lock> getlk(long handle, Lock lock) {
    return answer(
        () ->
            handle(handle).node.locks.stream()
                .filter(held -> conflict(held, lock))
                .findFirst()
                .orElse(new Lock(lock.kind(), Lock.Type.UNLOCK, 0, lock.start(), lock.end(), 0)));
  }

  @Override
  public synchronized CompletableFuture<Void> setlk(long handle, Lock lock, boolean wait) {
    Node node;
    try {
      node = handle(handle).node;
    } catch (FsException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<Void> result = new CompletableFuture<>();
    Runnable attempt = () -> attempt(node, lock, wait, result);
    if (wait) {
      node.lockWaits.add(attempt);
    }
    attempt.run();
    return result;
  }

  private void attempt(Node node, Lock lock, boolean wait, CompletableFuture<Void> result) {
    if (result.isDone()) {
      return;
    }
    if (node.locks.stream().noneMatch(held -> conflict(held, lock))) {
      take(node, lock);
      result.complete(null);
      if (lock.type() != Lock.Type.WRITE) {
        List.copyOf(node.lockWaits).forEach(Runnable::run);
      }
    } else if (!wait) {
      result.completeExceptionally(error(Errno.EAGAIN));
    }
  }

  private static void take(Node node, Lock lock) {
    List<Lock> parts = new ArrayList<>();
    for (Iterator<Lock> i = node.locks.iterator(); i.hasNext(); ) {
      Lock held = i.next();
      if (held.kind() == lock.kind()
          && held.owner() == lock.owner()
          && held.start() <= lock.end()
          && lock.start() <= held.end()) {
        i.remove();
        if (held.start() < lock.start()) {
          parts.add(part(held, held.start(), lock.start() - 1));
        }
        if (held.end() > lock.end()) {
          parts.add(part(held, lock.end() + 1, held.end()));
        }
      }
    }
    node.locks.addAll(parts);
    if (lock.type() != Lock.Type.UNLOCK) {
      node.locks.add(lock);
    }
  }

  private static Lock part(Lock of, long start, long end) {
    return new Lock(of.kind(), of.type(), of.owner(), start, end, of.pid());
  }
}
