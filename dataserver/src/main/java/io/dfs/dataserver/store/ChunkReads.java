package io.dfs.dataserver.store;

import com.google.errorprone.annotations.Var;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.chunk.ChunkFile;
import io.dfs.dataserver.chunk.Tail;
import io.dfs.dataserver.store.OpenChunk.Located;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the {@link ChunkStore} reads: at once when a chunk is open, else when it is found. Shared.
 */
final class ChunkReads {
  private static final Logger log = LoggerFactory.getLogger(ChunkReads.class);

  private final OpenChunks open;
  private final ChunkFinder finder;
  private final ExecutorService finders;

  /**
   * @param finders threads that may wait for a disk
   */
  ChunkReads(OpenChunks open, ChunkFinder finder, ExecutorService finders) {
    this.open = open;
    this.finder = finder;
    this.finders = finders;
  }

  /** As {@link ChunkStore#read}. */
  CompletableFuture<ChunkSlice> read(ChunkId id, int offset, int length) {
    CompletableFuture<ChunkSlice> stored = stored(id, offset, length);
    return stored.isDone() && !stored.isCompletedExceptionally()
        ? stored
        : stored.exceptionallyComposeAsync(
            failure -> setAside(id, offset, length, failure), finders);
  }

  /** As {@link ChunkStore#stored}. */
  CompletableFuture<ChunkSlice> stored(ChunkId id, int offset, int length) {
    return look(id, (chunk, file) -> slice(file, offset, length, () -> open.unpin(chunk)));
  }

  private static ChunkSlice slice(ChunkFile file, int offset, int length, Runnable release) {
    Tail tail = file.tail();
    int end = (int) Math.min(tail.length(), (long) offset + length);
    int bytes = Math.max(0, end - offset);
    int[] crcs = bytes == 0 ? new int[0] : file.crcs(tail, offset, end);
    return new ChunkSlice(file.channel(), ChunkFile.dataPosition() + offset, bytes, crcs, release);
  }

  /** A damaged file may have the last good copy of a block: the reader sees which are good. */
  private CompletableFuture<ChunkSlice> setAside(
      ChunkId id, int offset, int length, Throwable failure) {
    ChunkFile file =
        FsException.of(failure).errno() == Errno.ENOENT ? finder.findSetAside(id) : null;
    return file == null
        ? CompletableFuture.failedFuture(failure)
        : CompletableFuture.completedFuture(slice(file, offset, length, () -> close(file)));
  }

  private static void close(ChunkFile file) {
    try {
      file.close();
    } catch (IOException e) {
      log.debug("closing {}", file.path(), e);
    }
  }

  /** As {@link ChunkStore#length}. */
  CompletableFuture<Integer> length(ChunkId id) {
    return look(
        id,
        (chunk, file) -> {
          open.unpin(chunk);
          return file.tail().length();
        });
  }

  private interface Look<T> {
    /** Gets a pinned chunk, and unpins it sooner or later. */
    T at(OpenChunk chunk, ChunkFile file);
  }

  private <T> CompletableFuture<T> look(ChunkId id, Look<T> look) {
    OpenChunk chunk = open.pin(id);
    Located at = chunk.located();
    if (at != null) {
      return CompletableFuture.completedFuture(look.at(chunk, at.file()));
    }
    CompletableFuture<T> done = new CompletableFuture<>();
    chunk.run(
        () -> {
          @Var T seen = null;
          @Var RuntimeException failure = null;
          try {
            seen = look.at(chunk, finder.require(chunk).file());
          } catch (RuntimeException e) {
            open.unpin(chunk);
            failure = e;
          }
          ChunkStore.complete(done, seen, failure);
        });
    return done;
  }
}
