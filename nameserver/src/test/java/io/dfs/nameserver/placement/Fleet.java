package io.dfs.nameserver.placement;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Simulated servers with groups as placement makes them, filled by chance. Confined to a test. */
final class Fleet {
  private static final long GIB = 1L << 30;
  private static final long CAPACITY = 1000 * GIB;

  private final Map<NodeId, Holder> holders = new TreeMap<>();
  private final List<Group> groups = new ArrayList<>();
  private final Map<GroupId, Long> bytes = new java.util.HashMap<>();
  private final int racks;

  private Fleet(int racks) {
    this.racks = racks;
  }

  static Fleet of(int servers, int replicas) {
    return racks(servers, replicas, 0);
  }

  static Fleet racks(int servers, int replicas, int racks) {
    Fleet fleet = new Fleet(racks);
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 1; i <= servers; i++) {
      fleet.join(i);
      Holder h = fleet.holder(new NodeId(i));
      candidates.add(new Candidate(h.id(), h.host(), h.rack(), GIB, true));
    }
    Random random = new Random(servers * 31L + replicas);
    for (List<NodeId> members : PlacementPlanner.plan(candidates, List.of(), replicas)) {
      GroupId id = new GroupId(fleet.groups.size() + 1);
      fleet.groups.add(new Group(id, replicas, 1, members));
      fleet.bytes.put(id, (long) (10 * GIB * (0.5 + random.nextDouble())));
    }
    return fleet;
  }

  /** A new, empty server. */
  void join(int number) {
    NodeId id = new NodeId(number);
    String rack = racks == 0 ? "" : "r" + number % racks;
    holders.put(id, new Holder(id, "h" + number, rack, CAPACITY, CAPACITY, Standing.GOOD, true));
  }

  void set(NodeId id, Standing standing) {
    Holder h = holder(id);
    holders.put(
        id,
        new Holder(
            id,
            h.host(),
            h.rack(),
            h.capacityBytes(),
            h.freeBytes(),
            standing,
            standing != Standing.LOST));
  }

  Holder holder(NodeId id) {
    return holders.get(id);
  }

  /** With the space that is left to them. */
  List<Holder> holders() {
    return holders.values().stream()
        .map(
            h ->
                new Holder(
                    h.id(),
                    h.host(),
                    h.rack(),
                    h.capacityBytes(),
                    h.capacityBytes() - bytesOf(h.id()),
                    h.standing(),
                    h.reachable()))
        .toList();
  }

  List<Group> groups() {
    return groups;
  }

  Group group(GroupId id) {
    return groups.get(id.value() - 1);
  }

  List<Group> groupsOf(NodeId node) {
    return groups.stream().filter(g -> g.members().contains(node)).toList();
  }

  long bytesOf(NodeId node) {
    return groupsOf(node).stream().mapToLong(g -> bytes.get(g.id())).sum();
  }

  List<GroupLoad> loads() {
    return groups.stream().map(g -> new GroupLoad(g, bytes.get(g.id()))).toList();
  }

  void apply(GroupMove move) {
    Group old = group(move.group());
    List<NodeId> members = new ArrayList<>(old.members());
    members.removeAll(move.remove());
    members.addAll(move.add());
    groups.set(old.id().value() - 1, old.settled(members));
  }
}
