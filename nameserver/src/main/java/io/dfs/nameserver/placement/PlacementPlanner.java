package io.dfs.nameserver.placement;

import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which groups to make, and which group takes a chunk. Pure.
 *
 * <p>Every usable server shall be in about {@link #GROUPS_PER_SERVER} usable groups, more when it
 * has more free space than the others, so that load spreads and the data of a lost server is on
 * many others. The number of groups is bounded by that: a set of members that exists is used again.
 */
public final class PlacementPlanner {
  /** Enough that the loss of one server is repaired by many; few enough for a small table. */
  static final int GROUPS_PER_SERVER = 8;

  /** A server with much more space than the others is not in more groups than this many times. */
  private static final double MAX_SHARE = 4;

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
    return new Plan(usable, groups, replicas, size).make();
  }

  /**
   * The group for a new chunk: with all its members if there is one, else with the most; among
   * those by the space of its fullest member.
   *
   * @param random from 0 (inclusive) to 1 (exclusive)
   */
  public static Optional<Group> choose(
      List<Candidate> servers, List<Group> groups, int replicas, double random) {
    Map<NodeId, Candidate> usable = new HashMap<>();
    servers.stream().filter(Candidate::usable).forEach(s -> usable.put(s.id(), s));
    List<Group> best = new ArrayList<>();
    int most = leastMembers(replicas);
    for (Group group : groups) {
      int members = group.members().size();
      if (group.replicas() == replicas
          && members >= most
          && usable.keySet().containsAll(group.members())) {
        if (members > most) {
          best.clear();
          most = members;
        }
        best.add(group);
      }
    }
    double total = 0;
    double[] weights = new double[best.size()];
    for (int i = 0; i < weights.length; i++) {
      long least = Long.MAX_VALUE;
      for (NodeId member : best.get(i).members()) {
        Candidate server = usable.get(member);
        least = server == null ? 0 : Math.min(least, server.freeBytes());
      }
      weights[i] = Math.max(1, least);
      total += weights[i];
    }
    double left = random * total;
    for (int i = 0; i < weights.length; i++) {
      left -= weights[i];
      if (left < 0) {
        return Optional.of(best.get(i));
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best.get(best.size() - 1));
  }

  /** One run. Confined to it. */
  private static final class Plan {
    private final List<Candidate> usable;
    private final int size;
    private final Map<NodeId, Double> missing = new HashMap<>();
    private final Map<Long, Integer> together = new HashMap<>();
    private final Set<Set<NodeId>> existing = new HashSet<>();

    Plan(List<Candidate> usable, List<Group> groups, int replicas, int size) {
      this.usable = usable;
      this.size = size;
      double average =
          Math.max(1, usable.stream().mapToLong(Candidate::freeBytes).average().orElse(1));
      for (Candidate s : usable) {
        missing.put(
            s.id(),
            GROUPS_PER_SERVER * Math.min(MAX_SHARE, Math.max(0.25, s.freeBytes() / average)));
      }
      for (Group group : groups) {
        if (group.replicas() == replicas
            && group.members().size() == size
            && missing.keySet().containsAll(group.members())) {
          take(group.members());
        }
      }
    }

    private void take(List<NodeId> members) {
      existing.add(Set.copyOf(members));
      for (NodeId member : members) {
        missing.merge(member, -1.0, Double::sum);
        for (NodeId other : members) {
          if (member.compareTo(other) < 0) {
            together.merge(pair(member, other), 1, Integer::sum);
          }
        }
      }
    }

    List<List<NodeId>> make() {
      List<List<NodeId>> made = new ArrayList<>();
      Set<NodeId> done = new HashSet<>();
      while (true) {
        Candidate first = null;
        for (Candidate s : usable) {
          if (!done.contains(s.id()) && need(s) >= 1 && (first == null || need(s) > need(first))) {
            first = s;
          }
        }
        if (first == null) {
          return made;
        }
        List<NodeId> members = around(first);
        if (existing.contains(Set.copyOf(members))) {
          done.add(first.id());
        } else {
          take(members);
          made.add(members);
        }
      }
    }

    private static long pair(NodeId a, NodeId b) {
      return (long) Math.min(a.value(), b.value()) << Integer.SIZE | Math.max(a.value(), b.value());
    }

    private double need(Candidate server) {
      return missing.getOrDefault(server.id(), 0.0);
    }

    /** The best set with {@code first} that does not exist; an existing one when all do. */
    private List<NodeId> around(Candidate first) {
      Set<Candidate> chosen = new LinkedHashSet<>(List.of(first));
      while (chosen.size() < size - 1) {
        chosen.add(best(chosen, Set.of()).orElseThrow());
      }
      List<NodeId> members = ids(chosen);
      if (size > 1) {
        Candidate last = best(chosen, Set.of()).orElseThrow();
        members.add(last.id());
        // A new set is worth another last member, but not two copies in one failure domain.
        int crowding = crowding(last, chosen);
        Set<NodeId> tried = new HashSet<>();
        while (existing.contains(Set.copyOf(members))) {
          tried.add(last.id());
          Optional<Candidate> other = best(chosen, tried);
          if (other.isEmpty() || crowding(other.get(), chosen) > crowding) {
            break;
          }
          last = other.get();
          members.set(size - 1, last.id());
        }
      }
      return members;
    }

    private static List<NodeId> ids(Set<Candidate> chosen) {
      return new ArrayList<>(chosen.stream().map(Candidate::id).toList());
    }

    /** The server that fits best to the chosen ones. */
    private Optional<Candidate> best(Set<Candidate> chosen, Set<NodeId> excluded) {
      return usable.stream()
          .filter(s -> !chosen.contains(s) && !excluded.contains(s.id()))
          .min(
              Comparator.comparingInt((Candidate s) -> crowding(s, chosen))
                  .thenComparing(s -> need(s) < 1)
                  .thenComparingInt(s -> met(s, chosen))
                  .thenComparing(s -> -need(s))
                  .thenComparing(Candidate::id));
    }

    /** How badly a server fails together with the chosen ones: hosts before racks. */
    private int crowding(Candidate server, Set<Candidate> chosen) {
      int crowding = 0;
      for (Candidate c : chosen) {
        crowding += c.host().equals(server.host()) ? 1000 : 0;
        crowding += !c.rack().isEmpty() && c.rack().equals(server.rack()) ? 1 : 0;
      }
      return crowding;
    }

    private int met(Candidate server, Set<Candidate> chosen) {
      int met = 0;
      for (Candidate c : chosen) {
        met += together.getOrDefault(pair(c.id(), server.id()), 0);
      }
      return met;
    }
  }
}
