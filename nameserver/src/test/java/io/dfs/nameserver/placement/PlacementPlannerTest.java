package io.dfs.nameserver.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PlacementPlannerTest {
  private static final long GIB = 1L << 30;

  private static Candidate server(int id, String host, String rack, long free, boolean usable) {
    return new Candidate(new NodeId(id), host, rack, free, usable);
  }

  private static List<Candidate> servers(int count) {
    List<Candidate> servers = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      servers.add(server(i, "h" + i, "", GIB, true));
    }
    return servers;
  }

  private static List<Group> groups(List<List<NodeId>> members, int replicas) {
    List<Group> groups = new ArrayList<>();
    for (List<NodeId> m : members) {
      groups.add(new Group(new GroupId(groups.size() + 1), replicas, 1, m));
    }
    return groups;
  }

  private static Map<NodeId, Integer> shares(List<List<NodeId>> planned) {
    Map<NodeId, Integer> shares = new HashMap<>();
    planned.forEach(group -> group.forEach(node -> shares.merge(node, 1, Integer::sum)));
    return shares;
  }

  @Test
  void everyServerGetsAFairShareAndPlanningAgainAddsNothing() {
    List<Candidate> servers = servers(12);
    List<List<NodeId>> planned = PlacementPlanner.plan(servers, List.of(), 3);
    shares(planned)
        .forEach((node, share) -> assertTrue(share >= 31 && share <= 34, node + ": " + share));
    assertEquals(12, shares(planned).size());
    planned.forEach(group -> assertEquals(3, Set.copyOf(group).size()));
    assertEquals(List.of(), PlacementPlanner.plan(servers, groups(planned, 3), 3));
  }

  @Test
  void twoCopiesOnOneHostOnlyWhenThereIsNoOther() {
    List<Candidate> servers =
        List.of(
            server(1, "a", "", GIB, true),
            server(2, "a", "", GIB, true),
            server(3, "b", "", GIB, true),
            server(4, "b", "", GIB, true));
    for (List<NodeId> group : PlacementPlanner.plan(servers, List.of(), 2)) {
      assertTrue(group.get(0).value() <= 2 != group.get(1).value() <= 2, group.toString());
    }
    assertEquals(32, PlacementPlanner.plan(servers.subList(0, 2), List.of(), 2).size());
  }

  @Test
  void racksAreSpreadWhenHostsAre() {
    List<Candidate> servers = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      servers.add(server(i, "h" + i, i <= 3 ? "r1" : "r2", GIB, true));
    }
    for (List<NodeId> group : PlacementPlanner.plan(servers, List.of(), 2)) {
      assertTrue(group.get(0).value() <= 3 != group.get(1).value() <= 3, group.toString());
    }
  }

  @Test
  void aServerWithMoreSpaceIsInMoreGroups() {
    List<Candidate> servers = new ArrayList<>(servers(9));
    servers.add(server(10, "big", "", 3 * GIB, true));
    Map<NodeId, Integer> shares = shares(PlacementPlanner.plan(servers, List.of(), 2));
    assertTrue(shares.get(new NodeId(10)) > 1.3 * shares.get(new NodeId(1)), shares.toString());
  }

  @Test
  void withServersMissingFewerCopiesAreAllowedButNotTooFew() {
    assertEquals(1, PlacementPlanner.plan(servers(1), List.of(), 2).get(0).size());
    assertEquals(List.of(), PlacementPlanner.plan(servers(1), List.of(), 3));
    assertEquals(2, PlacementPlanner.plan(servers(2), List.of(), 3).get(0).size());
    assertEquals(List.of(), PlacementPlanner.plan(List.of(), List.of(), 1));
  }

  @Test
  void aWholeGroupIsPreferredAndOneWithAnUnusableMemberIsNotTaken() {
    List<NodeId> one = List.of(new NodeId(1));
    List<NodeId> both = List.of(new NodeId(1), new NodeId(2));
    List<Group> groups = groups(List.of(one, both), 2);
    List<Candidate> servers = servers(2);
    assertEquals(both, new GroupChoice(servers, groups, 2).pick(0.1).get().members());
    List<Candidate> lost = List.of(servers.get(0), server(2, "h2", "", GIB, false));
    assertEquals(one, new GroupChoice(lost, groups, 2).pick(0.9).get().members());
    assertTrue(new GroupChoice(lost, groups, 1).pick(0.5).isEmpty());
  }

  @Test
  void chunksGoWhereTheSpaceIs() {
    List<Candidate> servers =
        List.of(server(1, "a", "", GIB, true), server(2, "b", "", 3 * GIB, true));
    List<Group> groups = groups(List.of(List.of(new NodeId(1)), List.of(new NodeId(2))), 1);
    int second = 0;
    for (int i = 0; i < 100; i++) {
      second += new GroupChoice(servers, groups, 1).pick(i / 100.0).get().id().value() == 2 ? 1 : 0;
    }
    assertEquals(75, second, 1);
  }

  @Test
  void aThousandServersOnFewHostsAndRacksAreSpreadFairlyAndNeverTwiceOnOneHost() {
    List<Candidate> servers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      servers.add(server(i + 1, "h" + i / 4, "r" + i % 20, GIB, true));
    }
    List<List<NodeId>> planned = PlacementPlanner.plan(servers, List.of(), 3);
    // Where racks leave no other choice a server has a group more than its share.
    assertTrue(planned.size() <= 11_000, "groups: " + planned.size());
    Map<NodeId, Set<NodeId>> partners = new HashMap<>();
    for (List<NodeId> group : planned) {
      assertEquals(3, group.stream().map(n -> (n.value() - 1) / 4).distinct().count(), "hosts");
      assertEquals(3, group.stream().map(n -> (n.value() - 1) % 20).distinct().count(), "racks");
      for (NodeId member : group) {
        partners.computeIfAbsent(member, unused -> new HashSet<>()).addAll(group);
      }
    }
    shares(planned)
        .forEach((node, share) -> assertTrue(share >= 31 && share <= 34, node + ": " + share));
    partners.forEach(
        (node, met) ->
            assertTrue(met.size() > 48, node + " is repaired by " + (met.size() - 1) + " others"));
    assertEquals(List.of(), PlacementPlanner.plan(servers, groups(planned, 3), 3));
  }
}
