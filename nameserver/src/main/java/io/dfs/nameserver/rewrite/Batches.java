package io.dfs.nameserver.rewrite;

import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Gathers pieces of files to chunks' worth and hands them to the port, a bounded number at once.
 * Confined to the thread that uses it, which waits when too much is under way.
 */
public final class Batches {
  /** Copies under way at once; each goes to one dataserver. */
  private static final int MAX_OUTSTANDING = 32;

  /** Batches kept open at once; a cluster has few different settings. */
  private static final int MAX_BATCHES = 16;

  private static final class Batch {
    final List<Piece> pieces = new ArrayList<>();
    long bytes;
  }

  private final Rewriting rewriting;
  private final Consumer<FsException> failed;
  private final Map<DataSettings, Batch> batches = new LinkedHashMap<>();
  private final List<CompletableFuture<Void>> outstanding = new ArrayList<>();

  /**
   * @param failed told of each batch that could not be rewritten, on the thread that uses this
   */
  public Batches(Rewriting rewriting, Consumer<FsException> failed) {
    this.rewriting = rewriting;
    this.failed = failed;
  }

  /** Has an extent of a file rewritten, with others, into chunks of these settings. */
  public void put(DataSettings kind, InodeId inode, Extent extent) throws InterruptedException {
    Extent left = extent;
    while (true) {
      if (!batches.containsKey(kind) && batches.size() >= MAX_BATCHES) {
        flush(batches.keySet().iterator().next());
      }
      Batch batch = batches.computeIfAbsent(kind, unused -> new Batch());
      int fits = (int) Math.min(left.length(), kind.chunkBytes() - batch.bytes);
      if (fits > 0 && batch.pieces.size() < Rewriting.MAX_PIECES) {
        batch.pieces.add(
            new Piece(
                inode, new Extent(left.fileOffset(), fits, left.chunk(), left.chunkOffset())));
        batch.bytes += fits;
        if (fits == left.length()) {
          return;
        }
        left =
            new Extent(
                left.fileOffset() + fits,
                left.length() - fits,
                left.chunk(),
                left.chunkOffset() + fits);
      }
      flush(kind);
    }
  }

  /** What comes next of these settings begins a new chunk. */
  public void flush(DataSettings kind) throws InterruptedException {
    Batch batch = batches.remove(kind);
    if (batch != null) {
      settle(MAX_OUTSTANDING - 1);
      outstanding.add(rewriting.rewrite(kind, batch.pieces));
    }
  }

  /** Returns when all that was put is rewritten or given up. */
  public void finish() throws InterruptedException {
    for (DataSettings each : List.copyOf(batches.keySet())) {
      flush(each);
    }
    settle(0);
  }

  /** Waits until at most {@code max} copies are under way. */
  private void settle(int max) throws InterruptedException {
    while (outstanding.size() > max) {
      try {
        CompletableFuture.anyOf(outstanding.toArray(CompletableFuture<?>[]::new)).get();
      } catch (ExecutionException e) {
        failed.accept(FsException.of(e));
      }
      outstanding.removeIf(CompletableFuture::isDone);
    }
  }
}
