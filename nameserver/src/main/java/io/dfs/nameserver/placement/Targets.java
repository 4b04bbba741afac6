package io.dfs.nameserver.placement;

import io.dfs.common.id.NodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses who gets copies, and keeps account of what was promised to whom. Confined to one run of
 * planning.
 */
final class Targets {
  private final Map<NodeId, Holder> holders = new HashMap<>();
  private final List<Holder> good;
  private final Map<NodeId, Long> promised = new HashMap<>();
  private final Map<NodeId, Integer> moves;
  private final int movesPerTarget;

  /**
   * @param busy how many moves each server already receives
   */
  Targets(List<Holder> servers, Map<NodeId, Integer> busy, int movesPerTarget) {
    servers.forEach(s -> holders.put(s.id(), s));
    this.good = servers.stream().filter(s -> s.standing() == Standing.GOOD).toList();
    this.moves = new HashMap<>(busy);
    this.movesPerTarget = movesPerTarget;
  }

  @Nullable Holder holder(NodeId id) {
    return holders.get(id);
  }

  Standing standing(NodeId id) {
    Holder holder = holders.get(id);
    return holder == null ? Standing.LOST : holder.standing();
  }

  /**
   * The best server for a further copy: one that fails together with the fewest of {@code staying},
   * then the emptiest; null when none has room or a turn.
   */
  @Nullable Holder choose(Collection<NodeId> staying, Collection<NodeId> not, long bytes) {
    Holder best = null;
    int bestCrowding = 0;
    double bestFill = 0;
    for (Holder candidate : good) {
      if (not.contains(candidate.id()) || staying.contains(candidate.id())) {
        continue;
      }
      if (!hasRoom(candidate, bytes)) {
        continue;
      }
      int crowding = crowding(candidate, staying);
      double fill = fill(candidate, bytes);
      if (best == null
          || crowding < bestCrowding
          || (crowding == bestCrowding && fill < bestFill)) {
        best = candidate;
        bestCrowding = crowding;
        bestFill = fill;
      }
    }
    // What is empty is done at once.
    return best != null && (bytes == 0 || mayStart(best.id())) ? best : null;
  }

  private boolean hasRoom(Holder candidate, long bytes) {
    return candidate.freeBytes() - promised.getOrDefault(candidate.id(), 0L) > bytes;
  }

  private double fill(Holder candidate, long bytes) {
    long left = candidate.freeBytes() - promised.getOrDefault(candidate.id(), 0L) - bytes;
    double use = 1 - left / (double) Math.max(1, candidate.capacityBytes());
    // Among servers that are about as full, the one with fewer moves: they run side by side.
    return use + BalancePlanner.CLOSE * moves.getOrDefault(candidate.id(), 0);
  }

  boolean mayStart(NodeId target) {
    return moves.getOrDefault(target, 0) < movesPerTarget;
  }

  /** How badly a server fails together with others: hosts before racks. */
  int crowding(Holder candidate, Collection<NodeId> others) {
    int crowding = 0;
    for (NodeId other : others) {
      Holder o = holders.get(other);
      if (o != null && !o.id().equals(candidate.id())) {
        crowding += o.host().equals(candidate.host()) ? 1000 : 0;
        crowding += !o.rack().isEmpty() && o.rack().equals(candidate.rack()) ? 1 : 0;
      }
    }
    return crowding;
  }

  void promise(NodeId target, long bytes) {
    promised.merge(target, bytes, Long::sum);
    if (bytes > 0) {
      moves.merge(target, 1, Integer::sum);
    }
  }
}
