package io.dfs.nameserver.placement;

import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import java.util.Comparator;
import java.util.List;

/**
 * Which groups to make. Pure.
 *
 * <p>Every usable server shall be in about {@link #GROUPS_PER_SERVER} usable groups, more when it
 * has more free space than the others, so that load spreads and the data of a lost server is on
 * many others. In a small cluster several groups have the same members: they are what can be moved
 * one by one when a server joins.
 */
public final class PlacementPlanner {
  /**
   * A group is the least that balancing moves, so each must be a few hundredths of a server's data;
   * and with so many, the loss of a server is repaired by many. 1,000 servers with 3 copies have
   * 10,700 groups, a table of 300 KB.
   */
  static final int GROUPS_PER_SERVER = 32;

  /** A server with much more space than the others is not in more groups than this many times. */
  static final double MAX_SHARE = 4;

  private PlacementPlanner() {}

  /** The fewest members with which a group may take new chunks while servers are missing. */
  public static int leastMembers(int replicas) {
    return replicas - replicas / 2;
  }

  /** The members of the groups that are missing, in chain order. */
  public static List<List<NodeId>> plan(List<Candidate> servers, List<Group> groups, int replicas) {
    List<Candidate> usable =
        servers.stream()
            .filter(Candidate::usable)
            .sorted(Comparator.comparing(Candidate::id))
            .toList();
    int size = Math.min(replicas, usable.size());
    if (size < leastMembers(replicas)) {
      return List.of();
    }
    return new GroupPlan(usable, groups, replicas, size).make();
  }
}
