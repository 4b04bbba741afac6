package io.dfs.client.vfs;

import io.dfs.client.ClientConfig;
import io.dfs.client.meta.Locks;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.meta.Namespace;
import io.dfs.client.meta.PathResolver;
import io.dfs.client.read.Reader;
import io.dfs.client.vfs.HandleTable.Handle;
import io.dfs.client.write.FileState;
import io.dfs.client.write.Writing;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The filesystem of a cluster: {@link Vfs} over a nameserver and dataservers. Shared. Finds the
 * room that does the work and hands on.
 */
public final class DfsVfs implements Vfs, AutoCloseable {
  /** Cookies of "." and "..", before those of the nameserver. */
  private static final int DOTS = 2;

  private static final int PAGE_BYTES = 4096;

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  /** Asked about itself a server answers at once. */
  private static final int ADMIN_TIMEOUT_MS = 10_000;

  private final Rooms rooms;
  private final NameserverClient nameserver;
  private final Namespace namespace;
  private final PathResolver paths;
  private final Locks locks;
  private final Writing writing;
  private final Reader reader;
  private final HandleTable handles = new HandleTable();
  private final Opening opening;
  private final FileRanges ranges;
  private volatile InodeId root = InodeId.ROOT;
  private final boolean caches;
  private volatile @Nullable Holding holding;
  private volatile boolean left;

  private DfsVfs(ClientConfig config, String description, boolean heir) {
    rooms = new Rooms(config, description, heir);
    caches = !config.attributeTtl().isZero();
    left = heir;
    nameserver = rooms.nameserver;
    namespace = rooms.namespace;
    paths = rooms.paths;
    locks = rooms.locks;
    writing = rooms.writing;
    reader = rooms.reader;
    ranges = new FileRanges(rooms);
    opening =
        new Opening(rooms, handles, (caller, inode) -> setattr(caller, inode, AttrChange.size(0)));
  }

  /**
   * Connects to the cluster.
   *
   * @param description what runs here, for people who list sessions
   */
  public static CompletableFuture<DfsVfs> connect(ClientConfig config, String description) {
    DfsVfs vfs = new DfsVfs(config, description, false);
    return vfs.rooms
        .start()
        .handle(
            (done, failure) -> {
              if (failure != null) {
                // Off the network thread, which close() waits for.
                Thread closer = new Thread(vfs.rooms::shutdown, "dfs-client-close");
                closer.setDaemon(true);
                closer.start();
                throw FsException.of(failure);
              }
              return vfs;
            });
  }

  /** {@link #connect}, waiting for it. */
  public static DfsVfs open(ClientConfig config, String description) {
    try {
      return connect(config, description).join();
    } catch (CompletionException e) {
      throw FsException.of(e);
    }
  }

  /**
   * A client that is not connected yet and will {@link #takeOver} the session of another process,
   * whose it is until {@link #stay}.
   *
   * @param description what runs here
   */
  public static DfsVfs heir(ClientConfig config, String description) {
    return new DfsVfs(config, description, true);
  }

  /**
   * Goes on with the session, the open files and the locks of another process, which is held. Once,
   * before anybody uses this; waits. When it fails, the other one can go on as if nothing had been.
   *
   * @param newRoot the {@link #root} there
   * @throws FsException ESTALE when the session has ended, EPROTO when it cannot go on with this
   *     configuration, or with the reason why the nameserver is not reached
   */
  public void takeOver(VfsState state, InodeId newRoot) {
    if (state.caches() != caches) {
      throw new FsException(
          Errno.EPROTO,
          "the setting attribute-ttl was changed from or to 0, which takes a new mount: unmount,"
              + " and mount again");
    }
    root = newRoot;
    opening.takeOver(state);
    rooms.takeOver(state);
  }

  /**
   * The other process is gone, and an engine {@link #listen}s: to be called within the lease, so
   * that what is in the kernel's cache may stay there.
   */
  public void takeOverLease() {
    rooms.takeOverLease();
  }

  /**
   * Comes to rest, so that another process can take over: all that was written is committed, and
   * nothing more is changed until {@link #goOn}. Nobody may use this meanwhile, and no operation
   * may be under way but waiting for locks. Waits.
   *
   * @throws FsException when that cannot be within {@code limit}; then this goes on
   */
  public VfsState hold(Duration limit) throws InterruptedException {
    Holding now = new Holding(rooms, handles, limit);
    holding = now;
    boolean held = false;
    try {
      VfsState state = now.hold(caches);
      held = true;
      return state;
    } finally {
      if (!held) {
        goOn();
      }
    }
  }

  /** Nobody has taken over after {@link #hold}. */
  public void goOn() {
    Holding now = holding;
    if (now != null) {
      holding = null;
      now.goOn();
    }
  }

  /** The other process will not go on after {@link #takeOver}: the session is this client's. */
  public void stay() {
    left = false;
  }

  /** Another process has taken over after {@link #hold}: {@link #close} only ends this client. */
  public void leave() {
    left = true;
  }

  /**
   * Makes a directory of the cluster the {@link #root}. To be called before anybody uses this.
   *
   * @throws FsException ENOENT or ENOTDIR, naming the path
   */
  public void enter(List<Name> path) {
    if (path.isEmpty()) {
      return;
    }
    String text = path.stream().map(name -> "/" + name).collect(Collectors.joining());
    Attr attr;
    try {
      attr = paths.resolve(Caller.ROOT, path, true, true).join();
    } catch (CompletionException e) {
      FsException why = FsException.of(e);
      throw new FsException(why.errno(), text + ": " + why.getMessage(), e);
    }
    if (attr.type() != FileType.DIRECTORY) {
      throw new FsException(Errno.ENOTDIR, text + " is no directory of the cluster");
    }
    root = attr.inode();
  }

  @Override
  public InodeId root() {
    return root;
  }

  // ---- for the command line, the Java API and path-based engines

  public PathResolver paths() {
    return paths;
  }

  public CompletableFuture<Reply.ClusterStatus> status() {
    return nameserver.query(new Query.GetStatus(), Reply.ClusterStatus.class);
  }

  public CompletableFuture<Reply.Groups> groups() {
    return nameserver.query(new Query.GetGroups(-1), Reply.Groups.class);
  }

  public CompletableFuture<Layout> layout(InodeId inode, long offset, int maxExtents) {
    return nameserver
        .query(new Query.GetLayout(inode, offset, maxExtents), Reply.LayoutPart.class)
        .thenApply(Reply.LayoutPart::layout);
  }

  /** A question of an administrator to a dataserver. */
  public <R extends Reply> CompletableFuture<R> ask(
      NodeId server, ChunkRequest question, Class<R> type) {
    return rooms.dataservers.ask(server, question, ADMIN_TIMEOUT_MS).thenApply(r -> r.as(type));
  }

  /**
   * For how long what is deleted from a directory, and from those below it, is kept.
   *
   * @param seconds 0 for not at all, negative to go by the directory above
   */
  public CompletableFuture<Void> setTrash(Caller caller, InodeId directory, long seconds) {
    return nameserver
        .mutate(id -> new Mutation.SetTrash(id, caller, directory, seconds), Reply.Done.class)
        .thenApply(done -> null);
  }

  /** A question of an administrator to the nameserver. */
  public <R extends Reply> CompletableFuture<R> ask(Query question, Class<R> type) {
    return nameserver.query(question, type);
  }

  /**
   * What is created in the directory from now on inherits; 0 leaves that part as it is.
   *
   * @param recursive also for all that is below it, in the background
   */
  public CompletableFuture<Attr> setSettings(
      Caller caller, InodeId directory, int chunkBytes, int replicas, boolean recursive) {
    return namespace.change(
        directory,
        id -> new Mutation.SetSettings(id, caller, directory, chunkBytes, replicas, recursive));
  }

  /** Bytes written and not on all their servers yet. */
  public long dirtyBytes() {
    return writing.dirtyBytes();
  }

  public long cachedBytes() {
    return rooms.blocks.bytes();
  }

  /** Of the disk tier; 0 while there is none. */
  public long cachedDiskBytes() {
    return rooms.disk == null ? 0 : rooms.disk.bytes();
  }

  /** How this client fares now. */
  public Figures figures() {
    return new Figures(
        reader.cacheHits(),
        reader.cacheMisses(),
        cachedBytes(),
        cachedDiskBytes(),
        rooms.cache.counts().hits(),
        rooms.cache.counts().misses(),
        rooms.cache.inodes(),
        rooms.cache.counts().recalls(),
        rooms.cache.hasLeases() ? rooms.cache.trustMs() : 0,
        dirtyBytes(),
        handles.size(),
        nameserver.isConnected());
  }

  // ---- what an engine's kernel may keep

  @Override
  public void listen(Invalidations listener) {
    rooms.kernel.listen(listener);
    writing.dropPagesBy(rooms.kernel::dropPages);
  }

  @Override
  public long trustMs() {
    return rooms.cache.trustMs();
  }

  // ---- attributes and names

  private Attr view(Attr attr) {
    FileState file = writing.find(attr.inode());
    return file == null ? attr : file.view(attr);
  }

  @Override
  public CompletableFuture<Attr> lookup(Caller caller, InodeId parent, Name name) {
    return namespace.lookup(caller, parent, name).thenApply(this::view);
  }

  /**
   * What {@code path} names, as {@link PathResolver#resolve} finds it, with what this client has
   * written.
   */
  public CompletableFuture<Attr> resolve(Caller caller, List<Name> path, boolean fresh) {
    return paths.resolve(caller, path, fresh).thenApply(this::view);
  }

  @Override
  public CompletableFuture<Attr> getattr(InodeId inode) {
    return namespace.getattr(inode).thenApply(this::view);
  }

  @Override
  public CompletableFuture<Attr> getattr(long handle) {
    return attempt(() -> getattr(handles.get(handle).inode));
  }

  @Override
  public CompletableFuture<Attr> setattr(Caller caller, InodeId inode, AttrChange c) {
    return writing
        .change(
            inode,
            c.sizeBytes(),
            () ->
                namespace.change(
                    inode,
                    id ->
                        new Mutation.SetAttr(
                            id,
                            caller,
                            inode,
                            c.mode(),
                            c.uid(),
                            c.gid(),
                            c.sizeBytes(),
                            c.atime(),
                            c.mtime(),
                            c.atimeNow(),
                            c.mtimeNow())))
        .thenApply(this::view);
  }

  @Override
  public CompletableFuture<byte[]> readlink(InodeId inode) {
    return namespace.readlink(inode);
  }

  @Override
  public CompletableFuture<Attr> mknod(
      Caller caller, InodeId parent, Name name, FileType type, int mode, long rdev) {
    return mknod(caller, parent, name, type, mode, rdev, 0);
  }

  @Override
  public CompletableFuture<Attr> mknod(
      Caller caller, InodeId parent, Name name, FileType type, int mode, long rdev, int umask) {
    return namespace.mknod(caller, parent, name, type, mode, rdev, umask);
  }

  @Override
  public CompletableFuture<Attr> mkdir(Caller caller, InodeId parent, Name name, int mode) {
    return mkdir(caller, parent, name, mode, 0);
  }

  @Override
  public CompletableFuture<Attr> mkdir(
      Caller caller, InodeId parent, Name name, int mode, int umask) {
    return namespace.mkdir(caller, parent, name, mode, umask);
  }

  @Override
  public CompletableFuture<Attr> symlink(Caller caller, InodeId parent, Name name, byte[] target) {
    return namespace.symlink(caller, parent, name, target);
  }

  @Override
  public CompletableFuture<Attr> link(Caller caller, InodeId inode, InodeId parent, Name name) {
    return namespace.link(caller, inode, parent, name).thenApply(this::view);
  }

  @Override
  public CompletableFuture<Attr> unlink(Caller caller, InodeId parent, Name name) {
    return namespace.unlink(caller, parent, name).thenApply(this::view);
  }

  @Override
  public CompletableFuture<Attr> rmdir(Caller caller, InodeId parent, Name name) {
    return namespace.rmdir(caller, parent, name);
  }

  @Override
  public CompletableFuture<Attr> rename(
      Caller caller, InodeId parent, Name name, InodeId newParent, Name newName, int flags) {
    return namespace.rename(caller, parent, name, newParent, newName, flags).thenApply(this::view);
  }

  // ---- opening and closing

  @Override
  public CompletableFuture<Opened> create(
      Caller caller, InodeId parent, Name name, int mode, boolean exclusive, OpenMode openMode) {
    return create(caller, parent, name, mode, 0, exclusive, openMode);
  }

  @Override
  public CompletableFuture<Opened> create(
      Caller caller,
      InodeId parent,
      Name name,
      int mode,
      int umask,
      boolean exclusive,
      OpenMode openMode) {
    return opening.create(caller, parent, name, mode, umask, exclusive, openMode);
  }

  @Override
  public CompletableFuture<Opened> tmpfile(
      Caller caller, InodeId parent, int mode, int umask, OpenMode openMode) {
    return opening.tmpfile(caller, parent, mode, umask, openMode);
  }

  @Override
  public CompletableFuture<Opened> open(Caller caller, InodeId inode, OpenMode openMode) {
    return opening.open(caller, inode, openMode);
  }

  @Override
  public CompletableFuture<Opened> open(
      Caller caller, InodeId parent, Name name, OpenMode openMode) {
    return opening.open(caller, parent, name, openMode);
  }

  @Override
  public CompletableFuture<Opened> opendir(Caller caller, InodeId directory) {
    return opening.opendir(caller, directory);
  }

  @Override
  public CompletableFuture<Void> release(long number) {
    return attempt(() -> opening.release(number));
  }

  // ---- data

  @Override
  public CompletableFuture<ByteBuf> read(long number, long offset, int length) {
    return attempt(
        () -> {
          Handle handle = handles.get(number);
          FileState file = handle.file();
          if (!handle.mode.read()) {
            throw new FsException(Errno.EBADF, "the file is not open for reading");
          }
          long second = System.nanoTime() >> 30;
          if (second != handle.readSecond || handle.readAt == null) {
            handle.readSecond = second;
            handle.readAt = Timestamp.of(Instant.now());
            opening.read(handle);
          }
          file.shown();
          return reader.read(file, handle.ahead, offset, length);
        });
  }

  @Override
  public CompletableFuture<Integer> write(long number, long offset, ByteBuf data) {
    return attempt(
        () -> {
          Handle handle = handles.get(number);
          FileState file = handle.file();
          if (!handle.mode.write()) {
            throw new FsException(Errno.EBADF, "the file is not open for writing");
          }
          if (data.readableBytes() >= PAGE_BYTES) {
            // Whole pages a kernel shows without having read them.
            file.shown();
          }
          return writing.write(file, offset, handle.mode.append(), data, handle.caller.uid() != 0);
        });
  }

  @Override
  public CompletableFuture<Void> flush(long number) {
    return attempt(
        () -> {
          FileState file = handles.get(number).file;
          return file == null ? DONE : file.flush(false);
        });
  }

  @Override
  public CompletableFuture<Void> fsync(long number, boolean dataOnly) {
    return attempt(
        () -> {
          FileState file = handles.get(number).file;
          return file == null ? syncMetadata() : file.flush(true);
        });
  }

  @Override
  public CompletableFuture<Void> fallocate(long handle, int mode, long offset, long length) {
    return attempt(() -> ranges.allocate(handles.get(handle), mode, offset, length));
  }

  @Override
  public CompletableFuture<Long> seek(long handle, long offset, boolean hole) {
    return attempt(() -> rooms.holes.find(handles.get(handle).file(), offset, hole));
  }

  @Override
  public CompletableFuture<Long> copyRange(
      long from, long fromOffset, long to, long toOffset, long length) {
    return attempt(
        () -> ranges.copy(handles.get(from), fromOffset, handles.get(to), toOffset, length));
  }

  // ---- directories and the rest

  @Override
  public CompletableFuture<List<Entry>> readdir(long number, long cookie, int maxEntries) {
    return listing(number, cookie, maxEntries, (entry, attr) -> entry);
  }

  @Override
  public CompletableFuture<List<EntryAttr>> readdirPlus(long number, long cookie, int maxEntries) {
    return listing(
        number,
        cookie,
        maxEntries,
        (entry, attr) -> new EntryAttr(entry, attr == null ? null : view(attr)));
  }

  private <T> CompletableFuture<List<T>> listing(
      long number, long cookie, int maxEntries, BiFunction<Entry, @Nullable Attr, T> shape) {
    return attempt(
        () -> {
          Handle handle = handles.get(number);
          return namespace
              .readdir(handle.caller, handle.inode, Math.max(0, cookie - DOTS), maxEntries)
              .thenApply(listing -> entries(handle.inode, cookie, listing, shape));
        });
  }

  private static <T> List<T> entries(
      InodeId directory,
      long cookie,
      Reply.Listing listing,
      BiFunction<Entry, @Nullable Attr, T> shape) {
    List<T> entries = new ArrayList<>(listing.entries().size() + DOTS);
    if (cookie < 1) {
      entries.add(shape.apply(new Entry(Name.of("."), directory, FileType.DIRECTORY, 1), null));
    }
    if (cookie < DOTS) {
      Entry up = new Entry(Name.of(".."), listing.parent(), FileType.DIRECTORY, DOTS);
      entries.add(shape.apply(up, null));
    }
    for (DirEntry e : listing.entries()) {
      Entry entry = new Entry(e.name(), e.inode(), e.type(), e.cookie() + DOTS);
      entries.add(shape.apply(entry, e.attr()));
    }
    return entries;
  }

  @Override
  public CompletableFuture<Void> fsyncdir(long handle) {
    return attempt(
        () -> {
          handles.get(handle);
          return syncMetadata();
        });
  }

  private CompletableFuture<Void> syncMetadata() {
    return nameserver.query(new Query.SyncMetadata(), Reply.Done.class).thenApply(done -> null);
  }

  @Override
  public CompletableFuture<Reply.FsStats> statfs() {
    return nameserver.query(new Query.StatFs(), Reply.FsStats.class);
  }

  @Override
  public CompletableFuture<Void> access(Caller caller, InodeId inode, int mask) {
    return namespace.access(caller, inode, mask);
  }

  @Override
  public CompletableFuture<byte[]> getxattr(Caller caller, InodeId inode, Name name) {
    return namespace.getxattr(caller, inode, name);
  }

  @Override
  public CompletableFuture<List<Name>> listxattr(Caller caller, InodeId inode) {
    return namespace.listxattr(caller, inode);
  }

  @Override
  public CompletableFuture<Void> setxattr(
      Caller caller, InodeId inode, Name name, byte[] value, int flags) {
    return namespace.setxattr(caller, inode, name, value, flags);
  }

  @Override
  public CompletableFuture<Void> removexattr(Caller caller, InodeId inode, Name name) {
    return namespace.removexattr(caller, inode, name);
  }

  @Override
  public CompletableFuture<Lock> getlk(long handle, Lock lock) {
    return attempt(() -> locks.get(handles.get(handle).inode, lock));
  }

  @Override
  public CompletableFuture<Void> setlk(long handle, Lock lock, boolean wait) {
    return attempt(
        () -> {
          Handle open = handles.get(handle);
          open.locking(lock);
          FileState file = open.file;
          if (file == null || lock.type() != Lock.Type.UNLOCK) {
            return locks.set(open.inode, lock, wait);
          }
          // Whoever gets the lock next sees what was written under it.
          return file.flush(false)
              .handle(
                  (done, failure) ->
                      locks
                          .set(open.inode, lock, false)
                          .thenCompose(unlocked -> Opening.result(failure)))
              .thenCompose(f -> f);
        });
  }

  private static <T> CompletableFuture<T> attempt(Supplier<CompletableFuture<T>> action) {
    try {
      return action.get();
    } catch (FsException | OutOfMemoryError e) {
      return CompletableFuture.failedFuture(FsException.of(e));
    }
  }

  /**
   * Flushes everything, within the deadline, and ends the session, unless that is another process's
   * (see {@link #leave} and {@link #heir}). Waits; not for network threads.
   *
   * @throws FsException when written data was lost
   */
  @Override
  public void close() {
    if (left) {
      rooms.shutdown();
    } else {
      rooms.close();
    }
  }
}
