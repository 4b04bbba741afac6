package io.dfs.dataserver.report;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.store.ChunkStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chunks to delete and chunks deleted. The nameserver names a chunk again until it hears that it is
 * gone, so what does not fit here is left out. Shared.
 */
final class Deletions {
  private static final Logger log = LoggerFactory.getLogger(Deletions.class);
  private static final int MAX_WAITING = 100_000;

  /** Many more than are copied while the answer to an inventory is under way. */
  private static final int MAX_KEPT = 100_000;

  /** Deleting a big file takes the disk a while; appends shall come between. */
  private static final int AT_ONCE = 4;

  private final ChunkStore store;

  @GuardedBy("this")
  private final Set<ChunkId> waiting = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Set<ChunkId> underWay = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Set<ChunkId> gone = new LinkedHashSet<>();

  /**
   * Chunks that this server shall have, by the latest orders: an inventory's answer that was given
   * before such an order must not take the copy away again.
   */
  @GuardedBy("this")
  private final Set<ChunkId> kept = new LinkedHashSet<>();

  Deletions(ChunkStore store) {
    this.store = store;
  }

  /** Copies that an inventory has shown to be too much. */
  void addFromInventory(Collection<ChunkId> chunks) {
    List<ChunkId> stale = new ArrayList<>(chunks);
    synchronized (this) {
      stale.removeAll(kept);
    }
    add(stale);
  }

  /** The chunk shall be here; false while it is being deleted. */
  synchronized boolean keep(ChunkId chunk) {
    waiting.remove(chunk);
    gone.remove(chunk);
    // Put last: the oldest of too many go first.
    kept.remove(chunk);
    kept.add(chunk);
    if (kept.size() > MAX_KEPT) {
      Iterator<ChunkId> oldest = kept.iterator();
      oldest.next();
      oldest.remove();
    }
    return !underWay.contains(chunk);
  }

  void add(Collection<ChunkId> chunks) {
    synchronized (this) {
      for (ChunkId chunk : chunks) {
        if (waiting.size() + gone.size() < MAX_WAITING
            && !underWay.contains(chunk)
            && !gone.contains(chunk)) {
          waiting.add(chunk);
        }
      }
    }
    start();
  }

  private void start() {
    while (true) {
      ChunkId next;
      synchronized (this) {
        Iterator<ChunkId> first = waiting.iterator();
        if (underWay.size() >= AT_ONCE || !first.hasNext()) {
          return;
        }
        next = first.next();
        first.remove();
        underWay.add(next);
      }
      store.delete(next).whenComplete((none, failure) -> finished(next, failure == null));
    }
  }

  private void finished(ChunkId chunk, boolean deleted) {
    synchronized (this) {
      underWay.remove(chunk);
      if (deleted) {
        gone.add(chunk);
      } else {
        log.warn("chunk {} could not be deleted; the nameserver will ask again", chunk);
      }
    }
    start();
  }

  /** Up to {@code max} of those deleted and not {@link #confirmed} yet. */
  synchronized List<ChunkId> gone(int max) {
    return gone.stream().limit(max).toList();
  }

  /** The nameserver knows that these are gone. */
  synchronized void confirmed(List<ChunkId> chunks) {
    new ArrayList<>(chunks).forEach(gone::remove);
  }
}
