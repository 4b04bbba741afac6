package io.dfs.nameserver.compact;

import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import io.dfs.nameserver.rewrite.Piece;
import io.dfs.nameserver.rewrite.Rewriting;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Tables.TreeExtent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One look over all chunks and then all extents, in steps, which hands what is worth rewriting to
 * the port. Confined to the thread that runs it; what it keeps in memory is bounded by the victims
 * and a batch for each of a few settings, not by the tree.
 */
final class Look {
  /** Some 10 ms of reading. */
  private static final int STEP = 5000;

  /** With the time of a step: a tenth of a core while a look lasts. */
  private static final int PAUSE_MS = 90;

  /** Copies under way at once; each goes to one dataserver. */
  private static final int MAX_OUTSTANDING = 32;

  /** Batches kept open at once; a cluster has few different settings. */
  private static final int MAX_BATCHES = 16;

  private static final class Batch {
    final List<Piece> pieces = new ArrayList<>();
    long bytes;
  }

  private final Tables tables;
  private final Rewriting rewriting;
  private final CompactionSettings settings;
  private final long nowMs;
  private final Victims victims;
  private final Map<DataSettings, Batch> batches = new LinkedHashMap<>();
  private final List<CompletableFuture<Void>> outstanding = new ArrayList<>();

  /** Inodes whose tree has not their number, found when one is met. */
  private @Nullable Map<Long, InodeId> oddTrees;

  private final List<Extent> run = new ArrayList<>();
  private long runTree;
  private long fragmented;

  Look(Tables tables, Rewriting rewriting, CompactionSettings settings, long nowMs) {
    this.tables = tables;
    this.rewriting = rewriting;
    this.settings = settings;
    this.nowMs = nowMs;
    this.victims = new Victims(settings.deadPercent() / 100.0, Victims.MAX);
  }

  /** Returns when all that it found was rewritten or given up. */
  void run() throws InterruptedException {
    Map<ChunkId, io.dfs.nameserver.state.ChunkState> chunks;
    ChunkId chunk = new ChunkId(0);
    do {
      chunks = tables.chunks(chunk, STEP);
      for (var each : chunks.entrySet()) {
        chunk = each.getKey();
        victims.offer(chunk, each.getValue());
      }
      Thread.sleep(chunks.size() < STEP ? 0 : PAUSE_MS);
    } while (chunks.size() == STEP);
    TreeExtent last = null;
    List<TreeExtent> step;
    do {
      step = tables.allExtents(last, STEP);
      for (TreeExtent each : step) {
        last = each;
        add(each);
      }
      Thread.sleep(step.size() < STEP ? 0 : PAUSE_MS);
    } while (step.size() == STEP);
    endRun();
    for (DataSettings each : List.copyOf(batches.keySet())) {
      flush(each);
    }
    settle(0);
  }

  long victims() {
    return victims.size();
  }

  long fragmented() {
    return fragmented;
  }

  private void add(TreeExtent each) throws InterruptedException {
    if (each.tree() != runTree || run.size() >= Rewriting.MAX_PIECES) {
      endRun();
      runTree = each.tree();
    }
    boolean small = each.extent().length() < Fragments.SMALL_BYTES;
    if (small || victims.contains(each.extent().chunk())) {
      run.add(each.extent());
    }
  }

  /** Decides on extents of one file. */
  private void endRun() throws InterruptedException {
    boolean join = Fragments.worthJoining(run);
    Inode inode = null;
    for (Extent extent : run) {
      if (join || victims.contains(extent.chunk())) {
        inode = inode == null ? inodeOf(runTree) : inode;
        if (inode == null) {
          break;
        }
        if (victims.contains(extent.chunk()) || isOld(inode)) {
          fragmented += join ? 1 : 0;
          put(inode, extent);
        }
      }
    }
    run.clear();
  }

  private boolean isOld(Inode inode) {
    return inode.mtime().seconds() * 1000 < nowMs - settings.age().toMillis();
  }

  private @Nullable Inode inodeOf(long tree) {
    Inode usual = tables.findInode(new InodeId(tree));
    if (usual != null && usual.tree() == tree) {
      return usual;
    }
    if (oddTrees == null) {
      oddTrees = tables.oddTrees(Victims.MAX);
    }
    InodeId odd = oddTrees.get(tree);
    Inode inode = odd == null ? null : tables.findInode(odd);
    return inode != null && inode.tree() == tree ? inode : null;
  }

  private void put(Inode inode, Extent extent) throws InterruptedException {
    DataSettings kind = inode.settings();
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
                inode.id(), new Extent(left.fileOffset(), fits, left.chunk(), left.chunkOffset())));
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

  private void flush(DataSettings kind) throws InterruptedException {
    Batch batch = batches.remove(kind);
    if (batch != null) {
      settle(MAX_OUTSTANDING - 1);
      outstanding.add(rewriting.rewrite(kind, batch.pieces));
    }
  }

  /** Waits until at most {@code max} copies are under way. */
  private void settle(int max) throws InterruptedException {
    while (outstanding.size() > max) {
      try {
        CompletableFuture.anyOf(outstanding.toArray(CompletableFuture<?>[]::new)).get();
      } catch (java.util.concurrent.ExecutionException e) {
        // The queue has told it; the next look finds the bytes again.
        FsException unused = FsException.of(e);
      }
      outstanding.removeIf(CompletableFuture::isDone);
    }
  }
}
