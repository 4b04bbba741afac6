package io.dfs.nameserver.placement;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.placement.GroupMove.Why;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which groups get which other members because copies are missing or a server shall be emptied.
 * Pure. Groups with the fewest copies come first; nothing moves that need not.
 */
public final class RepairPlanner {
  private RepairPlanner() {}

  /**
   * The moves to begin now.
   *
   * @param running groups that are changing already
   * @param busy how many moves each server receives now
   * @param movesPerTarget how many it may
   */
  public static List<GroupMove> plan(
      List<Holder> servers,
      List<GroupLoad> groups,
      Set<GroupId> running,
      Map<NodeId, Integer> busy,
      int movesPerTarget) {
    Targets targets = new Targets(servers, busy, movesPerTarget);
    List<GroupMove> moves = new ArrayList<>();
    groups.stream()
        .filter(load -> !running.contains(load.group().id()) && isWanting(targets, load.group()))
        .sorted(
            Comparator.<GroupLoad>comparingInt(load -> urgency(targets, load.group()))
                .thenComparing(load -> load.group().id().value()))
        .forEach(load -> plan(targets, load, moves));
    return moves;
  }

  /** Whether a group has to change. */
  static boolean isWanting(Targets targets, Group group) {
    return group.members().size() < group.replicas()
        || group.members().stream()
            .map(targets::standing)
            .anyMatch(s -> s == Standing.LOST || s == Standing.LEAVING);
  }

  /** Copies that count, those on leaving servers too; groups that only leave come after others. */
  private static int urgency(Targets targets, Group group) {
    int copies = copies(targets, group);
    return copies >= group.replicas() ? 1000 + copies : copies;
  }

  /** Members whose copies count. */
  static int copies(Targets targets, Group group) {
    return (int) group.members().stream().filter(m -> targets.standing(m) != Standing.LOST).count();
  }

  private static void plan(Targets targets, GroupLoad load, List<GroupMove> moves) {
    Group group = load.group();
    List<NodeId> staying = new ArrayList<>();
    List<NodeId> remove = new ArrayList<>();
    // What nobody has written to needs no source.
    boolean readable = load.bytes() == 0;
    for (NodeId member : group.members()) {
      Standing standing = targets.standing(member);
      (standing == Standing.LOST || standing == Standing.LEAVING ? remove : staying).add(member);
      Holder holder = targets.holder(member);
      readable |= holder != null && standing != Standing.LOST && holder.reachable();
    }
    if (!readable) {
      return;
    }
    int copies = copies(targets, group);
    List<NodeId> add = new ArrayList<>();
    List<NodeId> known = new ArrayList<>(staying);
    while (staying.size() + add.size() < group.replicas()) {
      Holder target = targets.choose(known, group.members(), load.bytes());
      if (target == null) {
        break;
      }
      targets.promise(target.id(), load.bytes());
      add.add(target.id());
      known.add(target.id());
    }
    List<NodeId> gone = drop(targets, remove, staying.size() + add.size(), group.replicas());
    if (!add.isEmpty()) {
      Why why = copies < group.replicas() ? Why.REPAIR : Why.DRAIN;
      moves.add(new GroupMove(group.id(), gone, add, load.bytes(), copies, why));
    }
  }

  /** Who goes: as many as are replaced, those who are lost first. */
  private static List<NodeId> drop(
      Targets targets, List<NodeId> remove, int members, int replicas) {
    List<NodeId> inOrder = new ArrayList<>(remove);
    inOrder.sort(Comparator.comparing(m -> targets.standing(m) == Standing.LOST ? 0 : 1));
    int keep = Math.max(0, Math.min(inOrder.size(), replicas - members));
    return List.copyOf(inOrder.subList(0, inOrder.size() - keep));
  }
}
