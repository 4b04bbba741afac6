package io.dfs.client.write;

import io.dfs.client.ClientConfig;
import io.dfs.client.chunk.Dataservers;
import io.dfs.client.chunk.GroupTable;
import io.dfs.client.meta.MetaCache;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.write.CommitOrder.Commit;
import io.dfs.client.write.FileView.Append;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All files that are open or dirty here, and the ways of their bytes to the servers. Shared. */
public final class Writing {
  private static final Logger log = LoggerFactory.getLogger(Writing.class);

  private static final long COMMIT_AFTER_NANOS = 5_000_000_000L;
  private static final CompletableFuture<Integer> NOTHING = CompletableFuture.completedFuture(0);

  /**
   * Files whose small pieces go into one chunk. Those that are synced have another than those that
   * are not: the latter's bytes need not go to disk each time, and wait for no disk.
   */
  private record Sharing(DataSettings settings, boolean synced) {}

  private final NameserverClient nameserver;
  private final MetaCache cache;
  private final ScheduledExecutorService timer;
  private final long deadlineNanos;
  private final DirtyBudget budget;
  private final ChunkSource source;
  private final ChunkSync sync;
  private final ConcurrentMap<InodeId, FileState> files = new ConcurrentHashMap<>();
  private final Set<FileState> dirty = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<Sharing, ChunkWriter> shared = new ConcurrentHashMap<>();

  private volatile Consumer<InodeId> onMoved = inode -> {};

  public Writing(
      ClientConfig config,
      NameserverClient nameserver,
      MetaCache cache,
      GroupTable groups,
      Dataservers dataservers,
      ScheduledExecutorService timer) {
    this.nameserver = nameserver;
    this.cache = cache;
    this.timer = timer;
    this.deadlineNanos = config.deadline().toNanos();
    this.budget = new DirtyBudget(config.dirtyBuffer());
    this.source = new ChunkSource(nameserver, groups, dataservers);
    this.sync = new ChunkSync(nameserver, groups, dataservers, config.deadlineMs());
    cache.onAttr(this::onAttr);
    timer.scheduleWithFixedDelay(this::commitStale, 1, 1, TimeUnit.SECONDS);
  }

  /**
   * Seals what no commit has sealed by now: until then the nameserver cannot give its space back.
   */
  private void seal() {
    List<ChunkId> sealed = source.takeSealed();
    if (sealed.isEmpty()) {
      return;
    }
    nameserver
        .mutate(
            id -> new Mutation.Commit(id, InodeId.ROOT, List.of(), null, sealed, false, false),
            Reply.Node.class)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug(
                    "sealing {} chunks failed; the session's end does it", sealed.size(), failure);
              }
            });
  }

  /** The table of groups may have changed. */
  public void leaveClosedGroups() {
    source.leaveClosedGroups();
  }

  private void onAttr(Attr attr) {
    FileState file = files.get(attr.inode());
    if (file != null) {
      file.onAttr(attr);
    }
  }

  private void commitStale() {
    seal();
    for (FileState file : dirty) {
      if (file.isStale(COMMIT_AFTER_NANOS)) {
        file.sendTail(true);
      }
    }
  }

  /** The file, if it is open or dirty here. */
  public @Nullable FileState find(InodeId inode) {
    return files.get(inode);
  }

  /** Counts a handle of the file; undone by {@link #close}. */
  public FileState open(Attr attr) {
    FileState state =
        files.compute(
            attr.inode(),
            (inode, known) -> {
              FileState file = known == null ? new FileState(inode, attr, this) : known;
              file.handles++;
              return file;
            });
    state.onAttr(attr);
    return state;
  }

  /** Ends a handle; to be called after a flush. */
  public void close(FileState file) {
    boolean[] last = new boolean[1];
    files.compute(
        file.inode(),
        (inode, known) -> {
          last[0] = --file.handles == 0;
          return last[0] && file.isClean() ? null : known;
        });
    if (last[0]) {
      file.closeWriter();
    }
  }

  void forgetIfUnused(FileState file) {
    files.computeIfPresent(
        file.inode(),
        (inode, known) -> known == file && file.handles == 0 && file.isClean() ? null : known);
  }

  /**
   * Takes {@code data} into the dirty buffer, as {@code Vfs.write} promises.
   *
   * @param append the offset does not count
   * @param caller whether setuid bits shall go
   */
  public CompletableFuture<Integer> write(
      FileState file, long offset, boolean append, ByteBuf data, boolean clearSetIds) {
    int count = data.readableBytes();
    if (count == 0) {
      return NOTHING;
    }
    if (append) {
      Append place = file.reserveAppend(count);
      return writeAt(file, place.at, place, data, count, clearSetIds)
          .whenComplete((done, failure) -> file.appendEnded(place, failure != null));
    }
    return writeAt(file, offset, null, data, count, clearSetIds);
  }

  private CompletableFuture<Integer> writeAt(
      FileState file,
      long at,
      @Nullable Append append,
      ByteBuf data,
      int count,
      boolean clearSetIds) {
    if (at < 0) {
      return failed(Errno.EINVAL, "write at the negative offset " + at);
    }
    if (at > Long.MAX_VALUE - count) {
      return failed(Errno.EFBIG, "write past the largest file size, at " + at);
    }
    try {
      List<Piece> ready = new ArrayList<>(1);
      int done = file.accept(at, append, data, data.readerIndex(), count, clearSetIds, ready);
      FileState.send(ready);
      if (done == count) {
        return CompletableFuture.completedFuture(count);
      }
      Write write = new Write(file, at, append, data, count, clearSetIds, done);
      write.await();
      return write.result;
    } catch (FsException e) {
      budget.wake();
      return CompletableFuture.failedFuture(e);
    }
  }

  private static CompletableFuture<Integer> failed(Errno errno, String message) {
    return CompletableFuture.failedFuture(new FsException(errno, message));
  }

  /** A write that waits for memory. Its steps follow one another. */
  private final class Write implements Runnable {
    final FileState file;
    final long offset;
    final @Nullable Append append;
    final ByteBuf data;
    final int index;
    final int count;
    final boolean clearSetIds;
    final CompletableFuture<Integer> result = new CompletableFuture<>();
    volatile int done;

    Write(
        FileState file,
        long offset,
        @Nullable Append append,
        ByteBuf data,
        int count,
        boolean clearSetIds,
        int done) {
      this.file = file;
      this.offset = offset;
      this.append = append;
      this.data = data;
      this.index = data.readerIndex();
      this.count = count;
      this.clearSetIds = clearSetIds;
      this.done = done;
    }

    void await() {
      budget.await(this);
      sendPartialPieces();
    }

    @Override
    public void run() {
      try {
        List<Piece> ready = new ArrayList<>(1);
        int now = done;
        now +=
            file.accept(offset + now, append, data, index + now, count - now, clearSetIds, ready);
        done = now;
        FileState.send(ready);
        if (now == count) {
          result.complete(count);
        } else {
          await();
        }
      } catch (FsException e) {
        budget.wake();
        result.completeExceptionally(e);
      }
    }
  }

  /** Memory is short: what is gathered in partial pieces goes out. */
  private void sendPartialPieces() {
    for (FileState file : dirty) {
      file.sendTail(false);
    }
  }

  /**
   * Flushes, then asks for a change of the file by {@code change} so that what it sets stays.
   *
   * @param size the new size, or null
   */
  public CompletableFuture<Attr> change(
      InodeId inode,
      @Nullable Long size,
      java.util.function.Supplier<CompletableFuture<Attr>> rpc) {
    FileState file = find(inode);
    if (file == null) {
      return rpc.get();
    }
    return file.flush(false)
        .thenCompose(done -> rpc.get())
        .thenApply(
            attr -> {
              if (size != null) {
                file.truncated(attr, size);
              }
              return attr;
            });
  }

  DirtyBudget budget() {
    return budget;
  }

  public long dirtyBytes() {
    return budget.used();
  }

  void dirty(FileState file) {
    dirty.add(file);
  }

  void clean(FileState file) {
    dirty.remove(file);
  }

  /**
   * Is told of files of which appended bytes are elsewhere than this client supposed when it was
   * asked to write them: another client has appended meanwhile.
   */
  public void onMoved(Consumer<InodeId> consumer) {
    onMoved = consumer;
  }

  void moved(InodeId inode) {
    onMoved.accept(inode);
  }

  long stamp() {
    return cache.stamp();
  }

  /** A commit that was sent after {@code stamp} has made the file so. */
  void changed(Attr attr, long stamp) {
    cache.changed(attr, stamp);
  }

  ChunkWriter newWriter(DataSettings settings) {
    return new ChunkWriter(source, settings, false, deadlineNanos, timer);
  }

  /**
   * For small pieces.
   *
   * @param synced of files that programs fsync
   */
  ChunkWriter sharedWriter(DataSettings settings, boolean synced) {
    Sharing key = new Sharing(settings, synced);
    ChunkWriter writer = shared.get(key);
    return writer != null
        ? writer
        : shared.computeIfAbsent(
            key, k -> new ChunkWriter(source, k.settings, true, deadlineNanos, timer));
  }

  /** Syncs what shall be durable and tells the nameserver; the attributes, or null if unchanged. */
  CompletableFuture<@Nullable Attr> commit(FileState file, Commit commit) {
    CompletableFuture<Void> synced =
        commit.durable()
            ? sync.sync(file.inode(), commit.unsynced(), commit.syncAll())
            : CompletableFuture.completedFuture(null);
    if (commit.extents().isEmpty()) {
      return commit.durable()
          ? synced
              .thenCompose(d -> nameserver.query(new Query.SyncMetadata(), Reply.Done.class))
              .thenApply(d -> null)
          : CompletableFuture.completedFuture(null);
    }
    List<ChunkId> sealed = source.takeSealed();
    return synced
        .thenCompose(
            d ->
                nameserver.mutate(
                    id ->
                        new Mutation.Commit(
                            id,
                            file.inode(),
                            commit.extents(),
                            commit.mtime(),
                            sealed,
                            commit.durable(),
                            commit.clearSetIds(),
                            commit.append()),
                    Reply.Node.class))
        .thenApply(Reply.Node::attr);
  }

  /** What was not committed is lost with the session; the files go on in the next one. */
  public void sessionLost() {
    source.forgetSealed();
    shared.values().forEach(ChunkWriter::abandon);
    shared.clear();
    files.values().forEach(FileState::dropUncommitted);
  }

  /** Flushes everything. */
  public CompletableFuture<Void> flushAll() {
    return CompletableFuture.allOf(
        files.values().stream().map(f -> f.flush(false)).toArray(CompletableFuture[]::new));
  }

  /** Fails what is still dirty; for the end. */
  public void drop() {
    files.values().forEach(FileState::dropUncommitted);
    shared.values().forEach(ChunkWriter::abandon);
  }
}
