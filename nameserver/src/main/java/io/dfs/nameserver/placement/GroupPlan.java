package io.dfs.nameserver.placement;

import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One run of planning. Confined to it. Servers are numbers, and what depends on the members chosen
 * so far is kept in arrays beside them, so that a group costs a few walks over all servers: 1,000
 * servers take some hundred milliseconds.
 */
final class GroupPlan {
  private final List<Candidate> usable;
  private final int size;

  /** Groups that a server still lacks. */
  private final double[] need;

  private final int[] hosts;

  /** 0 where no rack is known. */
  private final int[] racks;

  /** With whom a server is in groups, once for each group. */
  private final List<List<Integer>> partners = new ArrayList<>();

  private final Set<List<Integer>> existing = new HashSet<>();

  /** How badly a server fails together with the chosen ones: hosts before racks. */
  private final int[] crowding;

  /** In how many groups a server is with the chosen ones. */
  private final int[] met;

  GroupPlan(List<Candidate> usable, List<Group> groups, int replicas, int size) {
    this.usable = usable;
    this.size = size;
    int count = usable.size();
    need = new double[count];
    hosts = new int[count];
    racks = new int[count];
    crowding = new int[count];
    met = new int[count];
    double average =
        Math.max(1, usable.stream().mapToLong(Candidate::freeBytes).average().orElse(1));
    Map<String, Integer> hostNumbers = new HashMap<>();
    Map<String, Integer> rackNumbers = new HashMap<>(Map.of("", 0));
    Map<NodeId, Integer> numbers = new HashMap<>();
    for (int i = 0; i < count; i++) {
      Candidate s = usable.get(i);
      numbers.put(s.id(), i);
      need[i] =
          PlacementPlanner.GROUPS_PER_SERVER
              * Math.min(PlacementPlanner.MAX_SHARE, Math.max(0.25, s.freeBytes() / average));
      hosts[i] = number(hostNumbers, s.host());
      racks[i] = number(rackNumbers, s.rack());
      partners.add(new ArrayList<>());
    }
    for (Group group : groups) {
      if (group.replicas() == replicas
          && !group.closed()
          && group.members().size() == size
          && numbers.keySet().containsAll(group.members())) {
        take(group.members().stream().mapToInt(numbers::get).toArray());
      }
    }
  }

  private static int number(Map<String, Integer> numbers, String name) {
    return numbers.computeIfAbsent(name, unused -> numbers.size());
  }

  private void take(int[] members) {
    existing.add(set(members));
    for (int member : members) {
      need[member]--;
      for (int other : members) {
        if (other != member) {
          partners.get(member).add(other);
        }
      }
    }
  }

  private static List<Integer> set(int[] members) {
    return Arrays.stream(members).sorted().boxed().toList();
  }

  /** The members of the groups that are missing, in chain order. */
  List<List<NodeId>> make() {
    List<List<NodeId>> made = new ArrayList<>();
    while (true) {
      int first = -1;
      for (int i = 0; i < need.length; i++) {
        if (need[i] >= 1 && (first < 0 || need[i] > need[first])) {
          first = i;
        }
      }
      if (first < 0) {
        return made;
      }
      int[] members = around(first);
      take(members);
      made.add(Arrays.stream(members).mapToObj(i -> usable.get(i).id()).toList());
    }
  }

  /** The best set with {@code first}, one that does not exist yet if there is one as good. */
  private int[] around(int first) {
    int[] members = new int[size];
    boolean[] out = new boolean[need.length];
    Arrays.fill(crowding, 0);
    Arrays.fill(met, 0);
    members[0] = first;
    for (int i = 1; i < size; i++) {
      choose(members[i - 1], out);
      members[i] = best(out);
    }
    if (size > 1) {
      // A new set is worth another last member, but not two copies in one failure domain.
      int best = members[size - 1];
      int bearable = crowding[best];
      while (existing.contains(set(members))) {
        out[members[size - 1]] = true;
        int other = best(out);
        if (other < 0 || crowding[other] > bearable || need[other] < 1) {
          // All such sets exist: another of the best one.
          members[size - 1] = best;
          break;
        }
        members[size - 1] = other;
      }
    }
    return members;
  }

  private void choose(int chosen, boolean[] out) {
    out[chosen] = true;
    for (int i = 0; i < need.length; i++) {
      crowding[i] += hosts[i] == hosts[chosen] ? 1000 : 0;
      crowding[i] += racks[i] != 0 && racks[i] == racks[chosen] ? 1 : 0;
    }
    for (int partner : partners.get(chosen)) {
      met[partner]++;
    }
  }

  /** The server that fits best to the chosen ones, of those not {@code out}; -1 if all are. */
  private int best(boolean[] out) {
    int best = -1;
    for (int i = 0; i < need.length; i++) {
      if (!out[i] && (best < 0 || isBetter(i, best))) {
        best = i;
      }
    }
    return best;
  }

  private boolean isBetter(int a, int b) {
    if (crowding[a] != crowding[b]) {
      return crowding[a] < crowding[b];
    }
    if (need[a] < 1 != need[b] < 1) {
      return need[b] < 1;
    }
    return met[a] != met[b] ? met[a] < met[b] : need[a] > need[b];
  }
}
