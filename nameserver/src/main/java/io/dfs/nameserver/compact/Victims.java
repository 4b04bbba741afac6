package io.dfs.nameserver.compact;

import io.dfs.common.id.ChunkId;
import io.dfs.nameserver.state.ChunkState;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The chunks most worth rewriting of those offered: sealed ones of which so many bytes are dead
 * that copying the rest gains space. At most {@link #MAX}, those with the greatest dead share.
 * Confined to one look.
 */
final class Victims {
  /** 64 bytes each; a look that finds more leaves them to the next one. */
  static final int MAX = 20_000;

  /** A chunk with less to gain costs more in metadata than it gives back. */
  static final int MIN_DEAD_BYTES = 64 << 10;

  private record Victim(ChunkId chunk, double deadShare) {}

  private final double minDeadShare;
  private final int max;
  private final PriorityQueue<Victim> leastFirst =
      new PriorityQueue<>(Comparator.comparingDouble(Victim::deadShare));
  private final Set<ChunkId> chosen = new HashSet<>();

  /**
   * @param minDeadShare from 0 to 1: rewriting a chunk costs its live bytes and gains its dead ones
   */
  Victims(double minDeadShare, int max) {
    this.minDeadShare = minDeadShare;
    this.max = max;
  }

  void offer(ChunkId chunk, ChunkState state) {
    long dead = state.length() - state.live();
    // One that is rewritten already has no live bytes, and waits for its time.
    if (!state.sealed() || state.live() == 0 || dead < MIN_DEAD_BYTES) {
      return;
    }
    double share = (double) dead / state.length();
    if (share < minDeadShare) {
      return;
    }
    if (leastFirst.size() >= max) {
      Victim least = leastFirst.element();
      if (least.deadShare >= share) {
        return;
      }
      leastFirst.remove();
      chosen.remove(least.chunk);
    }
    leastFirst.add(new Victim(chunk, share));
    chosen.add(chunk);
  }

  boolean contains(ChunkId chunk) {
    return chosen.contains(chunk);
  }

  int size() {
    return chosen.size();
  }
}
