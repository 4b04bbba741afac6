package io.dfs.nameserver.compact;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Extent;
import io.dfs.nameserver.rewrite.Batches;
import io.dfs.nameserver.rewrite.Rewriting;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Tables.TreeExtent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private final Tables tables;
  private final CompactionSettings settings;
  private final long nowMs;
  private final Victims victims;
  private final Batches batches;

  /** Inodes whose tree has not their number, found when one is met. */
  private @Nullable Map<Long, InodeId> oddTrees;

  private final List<Extent> run = new ArrayList<>();
  private long runTree;
  private long fragmented;

  Look(Tables tables, Rewriting rewriting, CompactionSettings settings, long nowMs) {
    this.tables = tables;
    // The queue has told of a failure; the next look finds the bytes again.
    this.batches = new Batches(rewriting, failure -> {});
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
    batches.finish();
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
          batches.put(inode.settings(), inode.id(), extent);
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
}
