package io.dfs.nameserver.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.message.ServerInfo.State;
import io.dfs.common.message.ServerWish;
import io.dfs.nameserver.cluster.ServerStates.Signs;
import io.dfs.nameserver.placement.Standing;
import org.junit.jupiter.api.Test;

final class ServerStatesTest {
  private static final Registry.Patience PATIENCE = new Registry.Patience(100, 200, 1000);

  private static Signs silent(long ms) {
    return new Signs(true, ms, ServerWish.NONE);
  }

  private static State state(Signs signs) {
    return ServerStates.state(signs, PATIENCE);
  }

  private static Standing standing(Signs signs) {
    return ServerStates.standing(signs, PATIENCE);
  }

  @Test
  void silenceMakesAServerSuspectThenOfflineAndOnlyAfterTheGraceTimeItsCopiesAreLost() {
    assertEquals(State.ONLINE, state(silent(99)));
    assertEquals(Standing.GOOD, standing(silent(99)));
    assertEquals(State.SUSPECT, state(silent(100)));
    assertEquals(Standing.KEEPING, standing(silent(100)));
    assertEquals(State.OFFLINE, state(silent(200)));
    assertEquals(Standing.KEEPING, standing(silent(999)));
    assertEquals(State.OFFLINE, state(silent(1000)));
    assertEquals(Standing.LOST, standing(silent(1000)));
  }

  @Test
  void fromAStartOfTheNameserverAServerIsSuspectUntilItIsHeard() {
    Signs unheard = new Signs(false, 0, ServerWish.NONE);
    assertEquals(State.SUSPECT, state(unheard));
    assertFalse(ServerStates.isReachable(unheard, PATIENCE));
  }

  @Test
  void aServerInMaintenanceIsNeverLostHoweverLongItIsSilent() {
    Signs away = new Signs(true, 1_000_000, ServerWish.MAINTAIN);
    assertEquals(State.MAINTENANCE, state(away));
    assertEquals(Standing.KEEPING, standing(away));
  }

  @Test
  void aDrainingServerThatFallsSilentIsOfflineAndLostLikeAnyOther() {
    assertEquals(State.DRAINING, state(new Signs(true, 0, ServerWish.DRAIN)));
    assertEquals(Standing.LEAVING, standing(new Signs(true, 0, ServerWish.DRAIN)));
    assertEquals(State.OFFLINE, state(new Signs(true, 300, ServerWish.DRAIN)));
    assertEquals(Standing.LOST, standing(new Signs(true, 2000, ServerWish.DRAIN)));
  }

  @Test
  void aRemovedServerCountsAsLostAtOnceAndIsNotReadFrom() {
    Signs removed = new Signs(true, 0, ServerWish.REMOVE);
    assertEquals(State.REMOVED, state(removed));
    assertEquals(Standing.LOST, standing(removed));
    assertFalse(ServerStates.isReachable(removed, PATIENCE));
    assertTrue(ServerStates.isReachable(silent(0), PATIENCE));
  }
}
