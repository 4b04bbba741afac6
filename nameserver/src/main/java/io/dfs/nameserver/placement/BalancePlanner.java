package io.dfs.nameserver.placement;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.placement.GroupMove.Why;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which groups move from fuller servers to emptier ones. Pure.
 *
 * <p>The use of a server is what its groups hold, against its capacity: what was promised counts
 * already and what is still to be deleted does not, so that planning again during a move changes
 * nothing. Each move takes from the fullest server that can give and brings both ends nearer to the
 * mean, so the bytes moved are close to what lies above the mean.
 */
public final class BalancePlanner {
  /** Servers differ by no more than this part of the mean use when nothing is left to do. */
  static final double CLOSE = 0.02;

  /** What one plan holds; the next is made when these are done. */
  private static final int MAX_MOVES = 10_000;

  private static final class Load {
    final Holder holder;
    final List<GroupLoad> groups = new ArrayList<>();
    long bytes;

    Load(Holder holder) {
      this.holder = holder;
    }

    double use() {
      return bytes / (double) Math.max(1, holder.capacityBytes());
    }
  }

  private final Map<NodeId, Load> loads = new HashMap<>();
  private final Map<GroupId, GroupLoad> movable = new HashMap<>();
  private final Targets targets;
  private final double mean;

  private BalancePlanner(List<Holder> servers, List<GroupLoad> groups, Set<GroupId> fixed) {
    targets = new Targets(servers, Map.of(), Integer.MAX_VALUE);
    for (Holder holder : servers) {
      if (holder.standing() == Standing.GOOD) {
        loads.put(holder.id(), new Load(holder));
      }
    }
    for (GroupLoad g : groups) {
      Group group = g.group();
      boolean quiet = !fixed.contains(group.id()) && !RepairPlanner.isWanting(targets, group);
      if (quiet) {
        movable.put(group.id(), g);
      }
      for (NodeId member : after(group)) {
        Load load = loads.get(member);
        if (load != null) {
          load.bytes += g.bytes();
          if (quiet) {
            load.groups.add(g);
          }
        }
      }
    }
    double bytes = 0;
    double capacity = 0;
    for (Load load : loads.values()) {
      bytes += load.bytes;
      capacity += load.holder.capacityBytes();
    }
    mean = capacity == 0 ? 0 : bytes / capacity;
  }

  /** The members when the change that is under way is done. */
  private static List<NodeId> after(Group group) {
    return group.leaving().isEmpty()
        ? group.holders()
        : group.holders().stream().filter(m -> !group.leaving().contains(m)).toList();
  }

  /**
   * All moves until the servers are as even as whole groups allow, in the order to do them.
   *
   * @param fixed groups that are changing, which stay as they are
   * @param minBytes servers of the same size that differ by no more are left alone
   */
  public static List<GroupMove> plan(
      List<Holder> servers, List<GroupLoad> groups, Set<GroupId> fixed, long minBytes) {
    return new BalancePlanner(servers, groups, fixed).moves(minBytes);
  }

  /** How far the fullest and the emptiest server are apart, as a part of the mean use. */
  public static double spread(List<Holder> servers, List<GroupLoad> groups) {
    BalancePlanner now = new BalancePlanner(servers, groups, Set.of());
    double least = now.loads.values().stream().mapToDouble(Load::use).min().orElse(0);
    double most = now.loads.values().stream().mapToDouble(Load::use).max().orElse(0);
    return now.mean == 0 ? 0 : (most - least) / now.mean;
  }

  private List<GroupMove> moves(long minBytes) {
    List<GroupMove> moves = new ArrayList<>();
    TreeSet<Load> byUse =
        new TreeSet<>(
            Comparator.<Load>comparingDouble(Load::use).thenComparing(l -> l.holder.id()));
    byUse.addAll(loads.values());
    while (moves.size() < MAX_MOVES && byUse.size() > 1) {
      Load fullest = byUse.last();
      Load least = byUse.first();
      double apart = fullest.use() - least.use();
      long smaller = Math.min(fullest.holder.capacityBytes(), least.holder.capacityBytes());
      if (apart <= CLOSE * mean || apart * smaller <= minBytes) {
        break;
      }
      GroupMove move = null;
      for (Load emptiest : byUse) {
        if (emptiest.use() >= Math.min(mean, fullest.use())) {
          break;
        }
        move = best(fullest, emptiest);
        if (move != null) {
          byUse.remove(fullest);
          byUse.remove(emptiest);
          apply(move, fullest, emptiest);
          byUse.add(fullest);
          byUse.add(emptiest);
          moves.add(move);
          break;
        }
      }
      if (move == null) {
        // It has nothing that anybody could take; the others may still be evened out.
        byUse.remove(fullest);
      }
    }
    return moves;
  }

  /** The group that brings both servers nearest to the mean; null when none does. */
  private @Nullable GroupMove best(Load from, Load to) {
    double before = away(from.use()) + away(to.use());
    // So much nearer at least, or the copying is not worth it.
    double bestAway = before - before / 50;
    GroupLoad best = null;
    for (GroupLoad g : from.groups) {
      Group group = g.group();
      if (!movable.containsKey(group.id()) || group.members().contains(to.holder.id())) {
        continue;
      }
      double fromUse = from.use() - g.bytes() / (double) Math.max(1, from.holder.capacityBytes());
      double toUse = to.use() + g.bytes() / (double) Math.max(1, to.holder.capacityBytes());
      double away = away(fromUse) + away(toUse);
      if (away < bestAway && g.bytes() < to.holder.freeBytes() && keepsApart(group, from, to)) {
        best = g;
        bestAway = away;
      }
    }
    return best == null
        ? null
        : new GroupMove(
            best.group().id(),
            List.of(from.holder.id()),
            List.of(to.holder.id()),
            best.bytes(),
            best.group().members().size(),
            Why.BALANCE);
  }

  /** How bad it is to be so far from the mean: twice as far is four times as bad. */
  private double away(double use) {
    return (use - mean) * (use - mean);
  }

  private boolean keepsApart(Group group, Load from, Load to) {
    List<NodeId> others =
        group.members().stream().filter(m -> !m.equals(from.holder.id())).toList();
    return targets.crowding(to.holder, others) <= targets.crowding(from.holder, others);
  }

  private void apply(GroupMove move, Load from, Load to) {
    from.bytes -= move.bytes();
    to.bytes += move.bytes();
    // A group moves once in a plan: its other members are as they were when it was made.
    movable.remove(move.group());
  }
}
