package io.dfs.nameserver.placement;

import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which open group takes a chunk: one with all its members if there is one, else with the most;
 * among those by the space of its fullest member. Immutable.
 */
public final class GroupChoice {
  private final List<Group> best = new ArrayList<>();

  /** The weight of a group and of all before it. */
  private final double[] weights;

  public GroupChoice(List<Candidate> servers, List<Group> groups, int replicas) {
    Map<NodeId, Long> free = new HashMap<>();
    servers.stream().filter(Candidate::usable).forEach(s -> free.put(s.id(), s.freeBytes()));
    int most = PlacementPlanner.leastMembers(replicas);
    for (Group group : groups) {
      int members = group.members().size();
      if (group.replicas() == replicas
          && !group.closed()
          && members >= most
          && free.keySet().containsAll(group.members())) {
        if (members > most) {
          best.clear();
          most = members;
        }
        best.add(group);
      }
    }
    weights = new double[best.size()];
    double total = 0;
    for (int i = 0; i < weights.length; i++) {
      long least = Long.MAX_VALUE;
      for (NodeId member : best.get(i).members()) {
        least = Math.min(least, free.getOrDefault(member, 0L));
      }
      total += Math.max(1, least);
      weights[i] = total;
    }
  }

  /**
   * @param random from 0 (inclusive) to 1 (exclusive)
   */
  public Optional<Group> pick(double random) {
    if (best.isEmpty()) {
      return Optional.empty();
    }
    int found = Arrays.binarySearch(weights, random * weights[weights.length - 1]);
    int at = found >= 0 ? found + 1 : -found - 1;
    return Optional.of(best.get(Math.min(at, best.size() - 1)));
  }
}
