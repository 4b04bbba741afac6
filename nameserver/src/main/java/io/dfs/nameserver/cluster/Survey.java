package io.dfs.nameserver.cluster;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.cluster.CopyBoard.Kind;
import io.dfs.nameserver.placement.BalancePlanner;
import io.dfs.nameserver.placement.GroupLoad;
import io.dfs.nameserver.placement.GroupMove;
import io.dfs.nameserver.placement.Holder;
import io.dfs.nameserver.placement.Standing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts how repair and balancing stand. Pure. */
final class Survey {
  private Survey() {}

  /**
   * Looks at every group.
   *
   * @param changes the groups that are changing now
   * @param balance what is to move besides
   */
  static Progress of(
      List<GroupLoad> loads,
      List<Holder> holders,
      Map<GroupId, GroupChange> changes,
      List<GroupMove> balance,
      List<String> lostFiles,
      int badCopies,
      boolean repairPaused) {
    int below = 0;
    List<GroupId> without = new ArrayList<>();
    int groups = 0;
    long repairLeft = 0;
    long balanceLeft = balance.stream().mapToLong(GroupMove::bytes).sum();
    Map<NodeId, Progress.Emptying> emptying = new HashMap<>();
    Map<NodeId, Holder> byId = new HashMap<>();
    holders.forEach(h -> byId.put(h.id(), h));
    for (GroupLoad load : loads) {
      Group group = load.group();
      int counting = 0;
      int lacking = Math.max(0, group.replicas() - group.members().size());
      boolean readable = false;
      for (NodeId member : group.members()) {
        Holder holder = byId.get(member);
        Standing standing = holder == null ? Standing.LOST : holder.standing();
        readable |= holder != null && holder.reachable();
        counting += standing == Standing.LOST ? 0 : 1;
        lacking += standing == Standing.LOST || standing == Standing.LEAVING ? 1 : 0;
        if (standing == Standing.LEAVING && load.bytes() > 0) {
          emptying.merge(
              member, new Progress.Emptying(1, group.replicas()), Progress.Emptying::and);
        }
      }
      if (load.bytes() > 0) {
        below += counting < group.replicas() ? 1 : 0;
        if (!readable) {
          without.add(group.id());
        }
      }
      GroupChange change = changes.get(group.id());
      if (change != null) {
        long left = load.bytes() * group.joining().size() - change.copiedBytes();
        if (change.kind == Kind.REPAIR) {
          groups++;
          repairLeft += Math.max(0, left);
        } else {
          balanceLeft += Math.max(0, left);
        }
      } else if (lacking > 0) {
        groups++;
        repairLeft += load.bytes() * lacking;
      }
    }
    int repairRunning = (int) changes.values().stream().filter(c -> c.kind == Kind.REPAIR).count();
    int balanceRunning = changes.size() - repairRunning;
    return new Progress(
        below,
        List.copyOf(without),
        lostFiles,
        badCopies,
        BalancePlanner.spread(holders, loads),
        Map.copyOf(emptying),
        groups,
        repairRunning,
        repairLeft,
        repairPaused,
        balance.size() + balanceRunning,
        balanceRunning,
        balanceLeft);
  }
}
