package io.dfs.nameserver.cluster;

import io.dfs.common.message.ServerInfo.State;
import io.dfs.common.message.ServerWish;
import io.dfs.nameserver.placement.Standing;

/**
 * The states of a dataserver: what follows from its signs of life and from what operators want.
 * Pure.
 *
 * <pre>
 * SUSPECT, OFFLINE  -> ONLINE       it was heard
 * ONLINE            -> SUSPECT      silent for {@code suspect}; also from a start of the nameserver on
 * SUSPECT           -> OFFLINE      silent for {@code offline}
 * ONLINE, SUSPECT   -> DRAINING     an operator wants it empty
 * DRAINING         <-> OFFLINE      silent for {@code offline}; heard again
 * any but REMOVED   -> MAINTENANCE  an operator has announced that it will be away
 * MAINTENANCE       -> ONLINE, SUSPECT, OFFLINE, DRAINING   the time is over, or an operator ended it
 * any               -> REMOVED      an operator took it out; only an operator brings it back
 * </pre>
 *
 * The state follows from the signs alone, so nothing else leads from one to another. Copies on a
 * server count until it has been silent for {@code repair-after}, unless it is in maintenance.
 */
final class ServerStates {
  /**
   * All that the state follows from.
   *
   * @param heard since the nameserver started
   * @param silentMs since it was last heard, or since the nameserver started
   * @param wish what operators want; NONE when its time is over
   */
  record Signs(boolean heard, long silentMs, ServerWish wish) {}

  private ServerStates() {}

  static State state(Signs signs, Registry.Patience patience) {
    return switch (signs.wish()) {
      case REMOVE -> State.REMOVED;
      case MAINTAIN -> State.MAINTENANCE;
      case DRAIN -> silence(signs, patience) == State.OFFLINE ? State.OFFLINE : State.DRAINING;
      case NONE -> silence(signs, patience);
    };
  }

  private static State silence(Signs signs, Registry.Patience patience) {
    if (signs.silentMs() >= patience.offlineMs()) {
      return State.OFFLINE;
    }
    return signs.silentMs() >= patience.suspectMs() || !signs.heard()
        ? State.SUSPECT
        : State.ONLINE;
  }

  /** What planning may do with its copies. */
  static Standing standing(Signs signs, Registry.Patience patience) {
    if (signs.wish() == ServerWish.REMOVE) {
      return Standing.LOST;
    } else if (signs.wish() == ServerWish.MAINTAIN) {
      return Standing.KEEPING;
    }
    State silence = silence(signs, patience);
    if (signs.silentMs() >= patience.repairAfterMs() && silence == State.OFFLINE) {
      return Standing.LOST;
    } else if (signs.wish() == ServerWish.DRAIN) {
      return Standing.LEAVING;
    }
    return silence == State.ONLINE ? Standing.GOOD : Standing.KEEPING;
  }

  /** Whether copies may be read from it now. */
  static boolean isReachable(Signs signs, Registry.Patience patience) {
    return signs.heard()
        && signs.silentMs() < patience.suspectMs()
        && signs.wish() != ServerWish.REMOVE;
  }

  /** Why a server is in a state now, for people. */
  static String reason(State state, Signs signs) {
    return switch (state) {
      case ONLINE -> "it reports";
      case SUSPECT, OFFLINE ->
          "no heartbeat for " + signs.silentMs() + " ms; check it and the network to it";
      case DRAINING -> "an operator wants it empty";
      case MAINTENANCE -> "an operator has announced that it will be away";
      case REMOVED -> "an operator has taken it out of the cluster";
    };
  }
}
