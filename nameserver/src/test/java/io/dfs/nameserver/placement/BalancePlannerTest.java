package io.dfs.nameserver.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.NodeId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BalancePlannerTest {
  private static List<GroupMove> balance(Fleet fleet) {
    List<GroupMove> moves = BalancePlanner.plan(fleet.holders(), fleet.loads(), Set.of(), 0);
    moves.forEach(fleet::apply);
    return moves;
  }

  private static double spread(Fleet fleet) {
    return BalancePlanner.spread(fleet.holders(), fleet.loads());
  }

  /** Plans until there is nothing to do, as the cluster does. */
  private static long balanceFully(Fleet fleet) {
    long bytes = 0;
    for (int round = 0; round < 20; round++) {
      List<GroupMove> moves = balance(fleet);
      if (moves.isEmpty()) {
        return bytes;
      }
      bytes += moves.stream().mapToLong(GroupMove::bytes).sum();
    }
    throw new AssertionError("it goes on for ever");
  }

  @Test
  void whenServersJoinAllAreAboutTwoPercentApartAfterMovingLittleMoreThanMust() {
    for (int servers : new int[] {4, 10, 50}) {
      Fleet fleet = Fleet.of(servers, 2);
      balanceFully(fleet);
      int joining = Math.max(1, servers / 5);
      for (int i = 1; i <= joining; i++) {
        fleet.join(servers + i);
      }
      long all = fleet.loads().stream().mapToLong(l -> 2 * l.bytes()).sum();
      long must = all * joining / (servers + joining);
      long moved = balanceFully(fleet);
      // The smallest group here is two hundredths of a server: among many, some stay so far apart.
      assertTrue(spread(fleet) <= 0.025, servers + " servers: spread " + spread(fleet));
      assertTrue(moved <= must * 1.15, servers + ": moved " + moved + ", must " + must);
    }
  }

  @Test
  void aThousandServersAreEvenedOutInOneLook() {
    Fleet fleet = Fleet.racks(1000, 3, 40);
    for (int i = 1; i <= 20; i++) {
      fleet.join(1000 + i);
    }
    long start = System.nanoTime();
    balance(fleet);
    long millis = (System.nanoTime() - start) / 1_000_000;
    balanceFully(fleet);
    assertTrue(spread(fleet) <= 0.04, "spread " + spread(fleet));
    assertTrue(millis < 10_000, millis + " ms");
  }

  @Test
  void serversThatDifferByLessThanTheMinimumAreLeftAlone() {
    Fleet fleet = Fleet.of(4, 2);
    fleet.join(5);
    long most = fleet.loads().stream().mapToLong(l -> 2 * l.bytes()).sum();
    assertEquals(List.of(), BalancePlanner.plan(fleet.holders(), fleet.loads(), Set.of(), most));
    assertTrue(
        BalancePlanner.plan(fleet.holders(), fleet.loads(), Set.of(), most / 100).size() > 1);
  }

  @Test
  void copiesStayApartWhileTheyMove() {
    Fleet fleet = Fleet.racks(12, 3, 3);
    fleet.join(13);
    balanceFully(fleet);
    fleet
        .groups()
        .forEach(
            g -> {
              Set<String> racks = new HashSet<>();
              g.members().forEach(m -> racks.add(fleet.holder(m).rack()));
              assertTrue(racks.size() >= 3 || g.members().contains(new NodeId(13)), g.toString());
            });
  }

  @Test
  void groupsThatChangeAlreadyOrLackCopiesStay() {
    Fleet fleet = Fleet.of(4, 2);
    fleet.join(5);
    Set<io.dfs.common.id.GroupId> fixed = new HashSet<>();
    fleet.groups().forEach(g -> fixed.add(g.id()));
    assertEquals(List.of(), BalancePlanner.plan(fleet.holders(), fleet.loads(), fixed, 0));
    fleet.set(new NodeId(1), Standing.LOST);
    BalancePlanner.plan(fleet.holders(), fleet.loads(), Set.of(), 0)
        .forEach(m -> assertTrue(!fleet.group(m.group()).members().contains(new NodeId(1))));
  }

  @Test
  void evenServersMoveNothing() {
    Fleet fleet = Fleet.of(6, 2);
    balanceFully(fleet);
    assertEquals(List.of(), balance(fleet));
  }
}
