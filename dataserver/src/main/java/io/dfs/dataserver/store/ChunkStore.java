package io.dfs.dataserver.store;

import com.google.errorprone.annotations.Var;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ClusterRequest.Capacity;
import io.dfs.dataserver.chunk.ChunkFile;
import io.dfs.dataserver.store.OpenChunk.Located;
import io.dfs.dataserver.store.OpenChunk.SyncWaiter;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chunks of a dataserver, on all its disks. Shared; no method waits for a disk. What is asked
 * of one chunk happens in the order of the calls, except that a read sees what was appended when it
 * was asked and waits for nothing.
 *
 * <p>Futures fail with FsException: ENOENT, ESTALE, EBADMSG, EFBIG as their methods say; ENOSPC
 * when a disk is full; EIO when it is broken or a chunk file is damaged. They complete on a disk's
 * thread.
 */
public final class ChunkStore implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ChunkStore.class);

  /** Enough to look for several chunks at once while one disk spins up. */
  private static final int FINDERS = 4;

  /** Checking and copying so much takes 20 us, as much as a change of thread. */
  private static final int BRIEF_BYTES = 64 << 10;

  private final Disks disks;
  private final ChunkFinder finder;
  private final OpenChunks open;
  private final ExecutorService finders;
  private final ChunkReads reads;

  /**
   * @param openLimit chunks kept open, which is file descriptors
   */
  public ChunkStore(Disks disks, int openLimit) {
    this.disks = disks;
    this.finder = new ChunkFinder(disks);
    this.finders =
        Executors.newFixedThreadPool(
            FINDERS,
            task -> {
              Thread thread = new Thread(task, "find");
              thread.setDaemon(true);
              return thread;
            });
    this.open = new OpenChunks(openLimit, finders);
    this.reads = new ChunkReads(open, finder, finders);
  }

  /**
   * Appends bytes; makes the chunk when {@code offset} is 0 and it is not there.
   *
   * @param payload taken over and released
   * @param crcs one for each run, in the right number
   * @param sender for messages
   * @return the new length; ESTALE when {@code offset} is not the old one, EBADMSG
   */
  public CompletableFuture<Integer> append(
      ChunkId id, int offset, ByteBuf payload, int[] crcs, String sender) {
    CompletableFuture<Integer> done = new CompletableFuture<>();
    OpenChunk chunk = open.pin(id);
    boolean brief = payload.readableBytes() <= BRIEF_BYTES;
    Runnable task =
        () -> {
          @Var Integer length = null;
          @Var Throwable failure = null;
          try {
            length = appendNow(chunk, offset, payload, crcs, sender);
          } catch (RuntimeException | Error e) {
            failure = e;
          }
          payload.release();
          open.unpin(chunk);
          complete(done, length, failure);
        };
    if (brief) {
      chunk.runBrief(task);
    } else {
      chunk.run(task);
    }
    return done;
  }

  private int appendNow(OpenChunk chunk, int offset, ByteBuf payload, int[] crcs, String sender) {
    @Var Located at = finder.locate(chunk);
    if (at == null && offset != 0) {
      throw new FsException(
          Errno.ESTALE, "append to chunk " + chunk.id + " at " + offset + ", but it has 0 bytes");
    }
    if (at != null && offset != at.file().tail().length()) {
      throw new FsException(
          Errno.ESTALE,
          String.format(
              "append to chunk %s at %d, but it has %d bytes",
              chunk.id, offset, at.file().tail().length()));
    }
    ChunkFile.verify(chunk.id, offset, payload, crcs, sender);
    boolean isNew = at == null;
    int bytes = payload.readableBytes();
    if (at == null) {
      at = finder.create(chunk.id, bytes);
    } else {
      at.disk().checkWritable();
      at.disk().reserve(bytes);
    }
    try {
      int length = at.file().append(offset, payload, crcs);
      at.disk().counters.add(isNew ? 1 : 0, bytes);
      if (isNew) {
        chunk.locate(at);
      }
      return length;
    } catch (IOException e) {
      if (isNew) {
        finder.discard(at, chunk.id);
      }
      throw at.disk().writeFailed("append to chunk " + chunk.id, e);
    }
  }

  /**
   * Completes when the chunk's first {@code length} bytes, counting appends asked before, survive a
   * power cut; ESTALE when it has fewer.
   */
  public CompletableFuture<Void> sync(ChunkId id, int length) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    OpenChunk chunk = open.pin(id);
    chunk.runBrief(
        () -> {
          try {
            Located at = finder.require(chunk);
            int has = at.file().tail().length();
            if (has < length) {
              throw new FsException(
                  Errno.ESTALE,
                  "sync of " + length + " bytes of chunk " + id + ", but it has " + has);
            }
            if (chunk.addSyncWaiter(new SyncWaiter(length, done))) {
              at.disk().syncers().execute(() -> syncAll(chunk, at));
            }
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    return done.whenComplete((none, failure) -> open.unpin(chunk));
  }

  private static void syncAll(OpenChunk chunk, Located at) {
    for (@Var List<SyncWaiter> waiters = chunk.takeSyncWaiters();
        waiters != null;
        waiters = chunk.takeSyncWaiters()) {
      @Var FsException failure = null;
      try {
        at.disk().checkWritable();
        if (at.file().syncedLength() == 0) {
          at.disk().syncEntry(chunk.id);
        }
        at.file().sync();
      } catch (IOException e) {
        failure = at.disk().writeFailed("sync of chunk " + chunk.id, e);
      } catch (RuntimeException e) {
        failure = FsException.of(e);
      }
      for (SyncWaiter waiter : waiters) {
        complete(waiter.done(), null, failure);
      }
    }
  }

  /**
   * Bytes from {@code offset} to {@code offset + length} or the chunk's end, none past it; ENOENT.
   * The receiver runs the slice's {@code release}. Complete already when the chunk is open.
   *
   * @param offset a multiple of the block size, as is {@code length}
   */
  public CompletableFuture<ChunkSlice> read(ChunkId id, int offset, int length) {
    return reads.read(id, offset, length);
  }

  /** {@link #read} without what was set aside. */
  public CompletableFuture<ChunkSlice> stored(ChunkId id, int offset, int length) {
    return reads.stored(id, offset, length);
  }

  /** The chunk's length; ENOENT. */
  public CompletableFuture<Integer> length(ChunkId id) {
    return reads.length(id);
  }

  /**
   * Removes a chunk from every disk; no failure when it is on none. Who reads it now may finish.
   */
  public CompletableFuture<Void> delete(ChunkId id) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    OpenChunk chunk = open.pin(id);
    chunk.run(
        () -> {
          @Var FsException failure = null;
          try {
            chunk.markDeleted();
            open.forget(chunk);
            finder.deleteEverywhere(id);
          } catch (IOException e) {
            failure = new FsException(Errno.EIO, "deleting chunk " + id + " failed: " + e, e);
          }
          open.unpin(chunk);
          complete(done, null, failure);
        });
    return done;
  }

  /**
   * Takes a damaged chunk out of use: it is on this server no more, but kept in the disk's {@code
   * quarantine}. Completes with where; ENOENT when it is not on the disk.
   */
  public CompletableFuture<Path> setAside(ChunkId id, DiskChunks disk) {
    CompletableFuture<Path> done = new CompletableFuture<>();
    OpenChunk chunk = open.pin(id);
    chunk.run(
        () -> {
          @Var Path moved = null;
          @Var FsException failure = null;
          try {
            moved = finder.setAside(id, disk.directory());
            chunk.markDeleted();
            open.forget(chunk);
          } catch (NoSuchFileException e) {
            failure = new FsException(Errno.ENOENT, "chunk " + id + " is not on " + disk, e);
          } catch (IOException e) {
            failure = new FsException(Errno.EIO, "setting aside chunk " + id + ": " + e, e);
          }
          open.unpin(chunk);
          complete(done, moved, failure);
        });
    return done;
  }

  /** The disks, for those who go over all chunks. */
  public List<DiskChunks> disks() {
    return disks.all().stream().map(DiskChunks::new).toList();
  }

  /** Chunks that were set aside and are on no disk since. Waits for the disks. */
  public List<ChunkId> setAside() throws IOException {
    List<ChunkId> waiting = new ArrayList<>();
    for (Disk disk : disks.all()) {
      for (ChunkId chunk : disk.quarantine().waiting()) {
        if (disks.all().stream().noneMatch(each -> Files.exists(each.path(chunk)))) {
          waiting.add(chunk);
        }
      }
    }
    return waiting;
  }

  /** Removes damaged files that have been of no use for so long. Waits for the disks. */
  public void clearQuarantine(Duration keep) throws IOException {
    for (Disk disk : disks.all()) {
      disk.quarantine().clear(keep);
    }
  }

  /** Begins a new copy of a chunk; {@link #install} ends it. Waits for the disk. */
  public Replacement replace(ChunkId id) {
    return finder.replace(id);
  }

  /**
   * Puts a copy in the place of the chunk. When it completes, the copy survives a power cut and
   * reads that come later see it; those under way finish with the old one.
   */
  public CompletableFuture<Void> install(Replacement copy) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    OpenChunk chunk = open.pin(copy.chunk());
    chunk.run(
        () -> {
          @Var RuntimeException failure = null;
          try {
            copy.sync();
            copy.install(finder);
            open.forget(chunk);
          } catch (RuntimeException e) {
            failure = e;
          }
          open.unpin(chunk);
          complete(done, null, failure);
        });
    return done;
  }

  /**
   * Whether there seems to be a copy of so many bytes on a disk that works, by the size of its
   * file. Waits for the disk.
   */
  public boolean seems(ChunkId id, int length) {
    return finder.seems(id, length);
  }

  static <T> void complete(
      CompletableFuture<T> future, @Nullable T value, @Nullable Throwable failure) {
    if (failure != null) {
      future.completeExceptionally(failure);
    } else {
      future.complete(value);
    }
  }

  public Capacity capacity() {
    return disks.capacity();
  }

  /** What is needed now and then: free space, counters, a look at failed disks. May wait. */
  public void tend() {
    disks.tend();
  }

  /**
   * Tells every chunk on every disk, in batches, and sets the counters right. Waits for the disks
   * and for {@code batch}, which also sets the pace.
   */
  public void walk(int batchSize, Consumer<List<ChunkId>> batch) throws IOException {
    for (Disk disk : disks.all()) {
      new DiskWalk(disk, batchSize, batch).run();
    }
  }

  /** Lets started tasks finish, then closes the disks. The callers have stopped. */
  @Override
  public void close() {
    finders.shutdown();
    try {
      if (!finders.awaitTermination(5, TimeUnit.SECONDS)) {
        log.warn("a disk did not answer within 5 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    disks.close();
    open.closeAll();
  }
}
