package io.dfs.nameserver.cluster;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Group;
import io.dfs.common.message.ServerInfo;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.placement.Candidate;
import io.dfs.nameserver.placement.PlacementPlanner;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Finds the group for a new chunk, and has groups made where they are missing. Shared. */
public final class Placer {
  private final Registry registry;
  private final CommandLog commands;

  /** The epoch whose servers were planned for, by replica count. */
  private final ConcurrentHashMap<Integer, Long> planned = new ConcurrentHashMap<>();

  public Placer(Registry registry, CommandLog commands) {
    this.registry = registry;
    this.commands = commands;
  }

  /** Fails with ENOSPC when no servers can take a chunk. */
  public CompletableFuture<GroupId> place(DataSettings settings, List<NodeId> avoid) {
    int replicas = settings.replicas();
    Long plannedEpoch = planned.get(replicas);
    ClusterMap map = registry.map();
    if (plannedEpoch != null && plannedEpoch == map.epoch()) {
      Optional<Group> group = choose(map, settings, avoid);
      if (group.isPresent()) {
        return CompletableFuture.completedFuture(group.get().id());
      }
    }
    // Planned without those to avoid too: a writer that lost a server needs a group without it.
    List<List<NodeId>> missing =
        PlacementPlanner.plan(candidates(map, settings, List.of()), map.groups(), replicas);
    if (missing.isEmpty()) {
      missing = planWithout(map, settings, avoid);
    }
    CompletableFuture<?> made =
        missing.isEmpty()
            ? CompletableFuture.completedFuture(null)
            : commands.submit(new Command.AddGroups(replicas, missing), false);
    return made.thenCompose(unused -> placeNow(settings, avoid, true));
  }

  private List<List<NodeId>> planWithout(
      ClusterMap map, DataSettings settings, List<NodeId> avoid) {
    return avoid.isEmpty() || choose(map, settings, avoid).isPresent()
        ? List.of()
        : PlacementPlanner.plan(
            candidates(map, settings, avoid), map.groups(), settings.replicas());
  }

  private CompletableFuture<GroupId> placeNow(
      DataSettings settings, List<NodeId> avoid, boolean again) {
    ClusterMap map = registry.map();
    planned.put(settings.replicas(), map.epoch());
    Optional<Group> group = choose(map, settings, avoid);
    if (group.isPresent()) {
      return CompletableFuture.completedFuture(group.get().id());
    }
    List<List<NodeId>> missing = again ? planWithout(map, settings, avoid) : List.of();
    if (!missing.isEmpty()) {
      return commands
          .submit(new Command.AddGroups(settings.replicas(), missing), false)
          .thenCompose(unused -> placeNow(settings, avoid, false));
    }
    return CompletableFuture.failedFuture(noGroup(map, settings));
  }

  private static FsException noGroup(ClusterMap map, DataSettings settings) {
    long online = map.servers().stream().filter(s -> s.state() == ServerInfo.State.ONLINE).count();
    return new FsException(
        Errno.ENOSPC,
        "no group of dataservers can take a chunk of "
            + settings.replicas()
            + " replicas: "
            + online
            + " of "
            + map.servers().size()
            + " dataservers are online; start the others or free space on them");
  }

  private static Optional<Group> choose(ClusterMap map, DataSettings settings, List<NodeId> avoid) {
    return PlacementPlanner.choose(
        candidates(map, settings, avoid),
        map.groups(),
        settings.replicas(),
        ThreadLocalRandom.current().nextDouble());
  }

  /** A server whose space is less than a chunk counts as full. */
  private static List<Candidate> candidates(
      ClusterMap map, DataSettings settings, List<NodeId> avoid) {
    return map.servers().stream()
        .map(
            s ->
                new Candidate(
                    s.id(),
                    s.host(),
                    s.rack(),
                    s.freeBytes(),
                    s.state() == ServerInfo.State.ONLINE
                        && s.freeBytes() >= settings.chunkBytes()
                        && !avoid.contains(s.id())))
        .toList();
  }
}
