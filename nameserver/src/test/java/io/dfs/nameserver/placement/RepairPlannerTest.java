package io.dfs.nameserver.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.placement.GroupMove.Why;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RepairPlannerTest {
  private static List<GroupMove> plan(Fleet fleet, int movesPerTarget) {
    return RepairPlanner.plan(fleet.holders(), fleet.loads(), Set.of(), Map.of(), movesPerTarget);
  }

  @Test
  void aHealthyClusterMovesNothing() {
    assertEquals(List.of(), plan(Fleet.of(10, 3), 2));
  }

  @Test
  void everyGroupOfALostServerGetsAnotherAndNothingElseMoves() {
    Fleet fleet = Fleet.of(10, 3);
    NodeId lost = new NodeId(4);
    fleet.set(lost, Standing.LOST);
    List<GroupMove> moves = plan(fleet, 1000);
    assertEquals(fleet.groupsOf(lost).size(), moves.size());
    for (GroupMove move : moves) {
      Group group = fleet.group(move.group());
      assertEquals(List.of(lost), move.remove());
      assertEquals(1, move.add().size());
      assertFalse(group.members().contains(move.add().get(0)));
      assertEquals(2, move.copies());
      assertEquals(Why.REPAIR, move.why());
    }
  }

  @Test
  void groupsWithTheFewestCopiesComeFirst() {
    Fleet fleet = Fleet.of(8, 3);
    fleet.set(new NodeId(1), Standing.LOST);
    fleet.set(new NodeId(2), Standing.LOST);
    List<GroupMove> moves = plan(fleet, 1000);
    List<Integer> copies = moves.stream().map(GroupMove::copies).toList();
    assertTrue(copies.contains(1) && copies.contains(2), copies.toString());
    assertEquals(copies.stream().sorted().toList(), copies);
    moves.stream().filter(m -> m.copies() == 1).forEach(m -> assertEquals(2, m.add().size()));
  }

  @Test
  void aGroupWithoutAReadableCopyWaits() {
    Fleet fleet = Fleet.of(4, 2);
    Group group = fleet.groups().get(0);
    group.members().forEach(m -> fleet.set(m, Standing.LOST));
    assertTrue(plan(fleet, 1000).stream().noneMatch(m -> m.group().equals(group.id())));
  }

  @Test
  void aMemberThatIsOnlySilentOrInMaintenanceIsNotReplaced() {
    Fleet fleet = Fleet.of(5, 2);
    fleet.set(new NodeId(1), Standing.KEEPING);
    assertEquals(List.of(), plan(fleet, 1000));
  }

  @Test
  void aLeavingServerIsEmptiedAfterWhatLacksCopies() {
    Fleet fleet = Fleet.of(8, 2);
    fleet.set(new NodeId(1), Standing.LEAVING);
    fleet.set(new NodeId(2), Standing.LOST);
    List<GroupMove> moves = plan(fleet, 1000);
    List<Why> whys = moves.stream().map(GroupMove::why).toList();
    assertEquals(whys.stream().sorted().toList(), whys);
    assertTrue(whys.contains(Why.DRAIN));
    moves.forEach(m -> m.add().forEach(to -> assertTrue(to.value() > 2, m.toString())));
  }

  @Test
  void withTooFewServersTheLeavingOneStaysAMember() {
    Fleet fleet = Fleet.of(3, 3);
    fleet.set(new NodeId(1), Standing.LEAVING);
    assertEquals(List.of(), plan(fleet, 1000));
  }

  @Test
  void copiesGoToOtherHostsAndRacksWhenThereAreSome() {
    Fleet fleet = Fleet.racks(12, 3, 3);
    fleet.set(new NodeId(1), Standing.LOST);
    for (GroupMove move : plan(fleet, 1000)) {
      Set<String> racks = new java.util.HashSet<>();
      List<NodeId> members = new ArrayList<>(fleet.group(move.group()).members());
      members.removeAll(move.remove());
      members.addAll(move.add());
      members.forEach(m -> racks.add(fleet.holder(m).rack()));
      assertEquals(3, racks.size(), move.toString());
    }
  }

  @Test
  void aServerReceivesOnlySoManyGroupsAtOnce() {
    Fleet fleet = Fleet.of(6, 2);
    fleet.set(new NodeId(1), Standing.LOST);
    Map<NodeId, Integer> received = new HashMap<>();
    plan(fleet, 2).forEach(m -> m.add().forEach(to -> received.merge(to, 1, Integer::sum)));
    received.forEach((to, count) -> assertTrue(count <= 2, to + ": " + count));
    assertNotEquals(Map.of(), received);
  }

  @Test
  void theLossOfOneOfAThousandServersIsRepairedByManyOfTheOthersInParallel() {
    Fleet fleet = Fleet.racks(1000, 3, 40);
    NodeId lost = new NodeId(500);
    fleet.set(lost, Standing.LOST);
    long start = System.nanoTime();
    List<GroupMove> moves = plan(fleet, 2);
    long millis = (System.nanoTime() - start) / 1_000_000;
    assertEquals(fleet.groupsOf(lost).size(), moves.size());
    long receivers = moves.stream().map(m -> m.add().get(0)).distinct().count();
    assertTrue(receivers >= moves.size() * 3 / 4, receivers + " receivers");
    long moved = moves.stream().mapToLong(GroupMove::bytes).sum();
    assertEquals(fleet.bytesOf(lost), moved, "no more than was lost");
    assertTrue(millis < 5000, millis + " ms");
  }
}
