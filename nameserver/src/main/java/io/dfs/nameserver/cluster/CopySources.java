package io.dfs.nameserver.cluster;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.Group;
import io.dfs.common.message.ServerInfo;
import io.dfs.nameserver.placement.Holder;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** From whom a chunk is copied, and in which order. Confined to the thread of the repair. */
final class CopySources {
  private final Registry registry;
  private final Tables tables;
  private final Holdings holdings;
  private List<Holder> holders = List.of();

  CopySources(Registry registry, Tables tables, Holdings holdings) {
    this.registry = registry;
    this.tables = tables;
    this.holdings = holdings;
  }

  /** How the servers stand from now on. */
  void use(List<Holder> now) {
    holders = now;
  }

  /**
   * Members that stay first, each in its turn: copying verifies what it reads, so that the copy
   * that stays is known to be good when the other goes.
   */
  List<CopyOrder.Source> of(Group group, ChunkId chunk, NodeId not) {
    Map<NodeId, String> reachable = new HashMap<>();
    Set<NodeId> can =
        holders.stream().filter(Holder::reachable).map(Holder::id).collect(Collectors.toSet());
    for (ServerInfo server : registry.map().servers()) {
      if (can.contains(server.id())) {
        reachable.put(server.id(), server.address());
      }
    }
    Set<NodeId> badOnes =
        tables.badCopies(chunk).stream().map(Tables.Bad::node).collect(Collectors.toSet());
    List<NodeId> staying = new ArrayList<>(group.members());
    staying.removeAll(group.leaving());
    List<NodeId> order = new ArrayList<>();
    for (int i = 0; i < staying.size(); i++) {
      order.add(staying.get((int) ((i + chunk.sequence()) % staying.size())));
    }
    order.addAll(group.leaving());
    order.addAll(holdings.strays(chunk));
    return order.stream()
        .distinct()
        .filter(node -> !node.equals(not) && !badOnes.contains(node) && reachable.containsKey(node))
        .map(node -> new CopyOrder.Source(node, reachable.getOrDefault(node, "")))
        .toList();
  }
}
