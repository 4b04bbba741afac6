package io.dfs.client.write;

import io.dfs.client.ClientConfig;
import io.dfs.client.chunk.Dataservers;
import io.dfs.client.chunk.GroupTable;
import io.dfs.client.meta.MetaCache;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.meta.WriteLeases;
import io.dfs.client.write.CommitOrder.Commit;
import io.dfs.client.write.FileView.Append;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.DirtyFile;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All files that are open or dirty here, and the ways of their bytes to the servers. Shared. */
public final class Writing {
  private static final long COMMIT_AFTER_NANOS = 5_000_000_000L;
  private static final CompletableFuture<Integer> NOTHING = CompletableFuture.completedFuture(0);
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  /**
   * Files whose small pieces go into one chunk. Those that are synced have another than those that
   * are not: the latter's bytes need not go to disk each time, and wait for no disk.
   */
  private record Sharing(DataSettings settings, boolean synced) {}

  private final MetaCache cache;
  private final WriteLeases leases;
  private final ScheduledExecutorService timer;
  private final long deadlineNanos;
  private final DirtyBudget budget;
  private final ChunkSource source;
  private final Committer committer;
  private final ConcurrentMap<InodeId, FileState> files = new ConcurrentHashMap<>();
  private final Set<FileState> dirty = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<Sharing, ChunkWriter> shared = new ConcurrentHashMap<>();

  private volatile Function<InodeId, CompletableFuture<Void>> kernelPages = inode -> DONE;

  public Writing(
      ClientConfig config,
      NameserverClient nameserver,
      MetaCache cache,
      WriteLeases leases,
      GroupTable groups,
      Dataservers dataservers,
      ScheduledExecutorService timer) {
    this.cache = cache;
    this.leases = leases;
    this.timer = timer;
    this.deadlineNanos = config.deadline().toNanos();
    this.budget = new DirtyBudget(config.dirtyBuffer());
    this.source = new ChunkSource(nameserver, groups, dataservers);
    this.committer =
        new Committer(
            nameserver,
            leases,
            source,
            new ChunkSync(nameserver, groups, dataservers, config.deadlineMs()));
    cache.onAttr(this::onAttr);
    leases.settleBy(new Leased());
    timer.scheduleWithFixedDelay(this::commitStale, 1, 1, TimeUnit.SECONDS);
  }

  /** What write leases stand for. */
  private final class Leased implements WriteLeases.Written {
    @Override
    public CompletableFuture<Void> settle(InodeId inode) {
      FileState file = files.get(inode);
      return file == null ? DONE : file.settle();
    }

    @Override
    public List<DirtyFile> dirty() {
      // All: one may be about to become dirty, and is looked at after that or takes nothing in.
      return files.values().stream().flatMap(file -> file.uncommitted().stream()).toList();
    }
  }

  /** Whether bytes of the file may be taken in. */
  boolean mayWrite(InodeId inode) {
    return leases.holds(inode);
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
    var unused = committer.seal();
    for (FileState file : dirty) {
      if (file.isStale(COMMIT_AFTER_NANOS)) {
        file.sendTail(true);
      }
    }
  }

  /**
   * Open files that were read and of which no lease says any more that they are unchanged: each
   * once for each time that it was read.
   */
  public List<InodeId> takeUnvouched() {
    List<InodeId> unvouched = new ArrayList<>(0);
    for (FileState file : files.values()) {
      if (cache.hasLeases() && cache.attr(file.inode()) == null && file.takeShown()) {
        unvouched.add(file.inode());
      }
    }
    return unvouched;
  }

  /** Whether a kernel may keep pages of an open file that have come since this was asked last. */
  public boolean takeShown(InodeId inode) {
    FileState file = files.get(inode);
    return file != null && file.takeShown();
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
    return write(file, offset, append, data, clearSetIds, System.nanoTime() + deadlineNanos);
  }

  private CompletableFuture<Integer> write(
      FileState file,
      long offset,
      boolean append,
      ByteBuf data,
      boolean clearSetIds,
      long untilNanos) {
    int count = data.readableBytes();
    if (count == 0) {
      return NOTHING;
    }
    if (!append) {
      return writeAt(file, offset, null, data, count, clearSetIds, untilNanos);
    }
    Append place = file.reserveAppend(count, offset + count);
    if (place == null) {
      return afterLease(file, offset, true, data, clearSetIds, untilNanos);
    }
    // The kernel has it elsewhere when others have appended, which it does not know.
    return drop(
            file,
            () -> place.at != offset || file.isShown(),
            writeAt(file, place.at, place, data, count, clearSetIds, untilNanos))
        .whenComplete((done, failure) -> file.appendEnded(place, failure != null));
  }

  /** Gets the write lease first. It may be gone again by then: others want it too. */
  private CompletableFuture<Integer> afterLease(
      FileState file,
      long offset,
      boolean append,
      ByteBuf data,
      boolean clearSetIds,
      long untilNanos) {
    if (System.nanoTime() - untilNanos > 0) {
      return failed(
          Errno.ETIMEDOUT,
          "other clients write inode " + file.inode() + " all the time; try again");
    }
    CompletableFuture<Integer> written =
        leases
            .ask(file.inode())
            .thenCompose(v -> write(file, offset, append, data, clearSetIds, untilNanos));
    return append ? written : drop(file, file::isShown, written);
  }

  /**
   * Answers a write when the kernel has dropped the file's pages, if that is {@code needed} when
   * all is taken in. It copies what is written into its pages before it asks for the write; when
   * they were dropped while that waited, and read again by another program, they are as before the
   * write, and would stay so. Who appends may also have passed by the pages.
   */
  private CompletableFuture<Integer> drop(
      FileState file, BooleanSupplier needed, CompletableFuture<Integer> written) {
    return written.thenCompose(
        count ->
            needed.getAsBoolean()
                ? kernelPages.apply(file.inode()).thenApply(dropped -> count)
                : CompletableFuture.completedFuture(count));
  }

  private CompletableFuture<Integer> writeAt(
      FileState file,
      long at,
      @Nullable Append append,
      ByteBuf data,
      int count,
      boolean clearSetIds,
      long untilNanos) {
    if (at < 0) {
      return failed(Errno.EINVAL, "write at the negative offset " + at);
    }
    if (at > Long.MAX_VALUE - count) {
      return failed(Errno.EFBIG, "write past the largest file size, at " + at);
    }
    try {
      List<Piece> ready = new ArrayList<>(1);
      int done =
          file.accept(at, append, false, data, data.readerIndex(), count, clearSetIds, ready);
      if (done == FileState.NO_LEASE) {
        return afterLease(file, at, false, data, clearSetIds, untilNanos);
      }
      FileState.send(ready);
      if (done == count) {
        return CompletableFuture.completedFuture(count);
      }
      Write write = new Write(file, at, append, data, count, clearSetIds, done);
      write.await();
      return drop(file, () -> write.waitedForLease && file.isShown(), write.result);
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
    volatile boolean waitedForLease;

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

    private void leased(@Nullable Long version, @Nullable Throwable failure) {
      if (failure == null) {
        run();
      } else {
        result.completeExceptionally(FsException.of(failure));
      }
    }

    @Override
    public void run() {
      try {
        List<Piece> ready = new ArrayList<>(1);
        int before = done;
        int taken =
            file.accept(
                offset + before,
                append,
                before > 0,
                data,
                index + before,
                count - before,
                clearSetIds,
                ready);
        if (taken == FileState.NO_LEASE) {
          budget.wake();
          waitedForLease = true;
          leases.ask(file.inode()).whenComplete(this::leased);
          return;
        }
        done = before + taken;
        FileState.send(ready);
        if (done == count) {
          if (before > 0 && append == null) {
            file.writeEnded();
          }
          result.complete(count);
        } else {
          await();
        }
      } catch (FsException e) {
        if (done > 0 && append == null) {
          file.writeEnded();
        }
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
   * Has a kernel drop its pages of a file by {@code drop}, which completes when that is done, or
   * after a while: it has other bytes in them than the file has.
   */
  public void dropPagesBy(Function<InodeId, CompletableFuture<Void>> drop) {
    kernelPages = drop;
  }

  void moved(InodeId inode) {
    var unused = kernelPages.apply(inode);
  }

  /** Does something after a while; false, and never, when this client is being closed. */
  boolean later(Runnable action, long nanos) {
    try {
      timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  long stamp() {
    return cache.stamp();
  }

  /** A commit that was sent after {@code stamp} has made the file so. */
  void changed(Attr attr, long stamp) {
    cache.changed(attr, stamp);
    leases.renew(attr.inode(), stamp);
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

  /** As {@link Committer#commit}. */
  CompletableFuture<@Nullable Attr> commit(FileState file, Commit commit) {
    return committer.commit(file, commit);
  }

  /** What was not committed is lost with the session; the files go on in the next one. */
  public void sessionLost() {
    source.forgetSealed();
    shared.values().forEach(ChunkWriter::abandon);
    shared.clear();
    files.values().forEach(FileState::dropUncommitted);
  }

  /**
   * All that was written is committed, or lost: of that the next flush or write of the file tells.
   * No chunk is appended to or waits to be sealed. For when nobody writes.
   */
  public CompletableFuture<Void> settleAll() {
    return CompletableFuture.allOf(
            files.values().stream().map(FileState::settle).toArray(CompletableFuture<?>[]::new))
        .thenCompose(done -> source.leaveAll())
        .thenCompose(done -> committer.seal());
  }

  /** Whether {@link #settleAll} has left nothing to do. */
  public boolean isSettled() {
    return !source.hasSealed() && files.values().stream().allMatch(FileState::isSettled);
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
