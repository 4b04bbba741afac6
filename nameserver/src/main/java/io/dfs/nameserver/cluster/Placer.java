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
import io.dfs.nameserver.placement.GroupChoice;
import io.dfs.nameserver.placement.PlacementPlanner;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Finds the group for a new chunk, and has groups made where they are missing. Shared; planning has
 * a thread of its own. A whole group is taken at once and planning goes on beside it; who would get
 * less waits for the plan.
 */
public final class Placer {
  /** Plans that wait: one for each replica count, and writers that avoid a server. */
  private static final int MAX_WAITING = 1000;

  /** The thread ends when it had nothing to do for so long. */
  private static final int IDLE_SECONDS = 10;

  /** A cluster has few different settings. */
  private static final int MAX_CHOICES = 64;

  private record Choices(ClusterMap map, Map<DataSettings, GroupChoice> bySettings) {}

  private final Registry registry;
  private final CommandLog commands;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(MAX_WAITING),
          task -> {
            Thread planner = new Thread(task, "dfs-planner");
            planner.setDaemon(true);
            return planner;
          });

  /** The epoch for which no group was missing, by replica count. */
  private final ConcurrentHashMap<Integer, Long> planned = new ConcurrentHashMap<>();

  /** By replica count. */
  private final ConcurrentHashMap<Integer, CompletableFuture<Void>> planning =
      new ConcurrentHashMap<>();

  private volatile Choices choices;

  public Placer(Registry registry, CommandLog commands) {
    thread.allowCoreThreadTimeOut(true);
    this.registry = registry;
    this.commands = commands;
    this.choices = new Choices(registry.map(), new ConcurrentHashMap<>());
  }

  /** Fails with ENOSPC when no servers can take a chunk. */
  public CompletableFuture<GroupId> place(DataSettings settings, List<NodeId> avoid) {
    int replicas = settings.replicas();
    ClusterMap map = registry.map();
    Optional<Group> group = choose(map, settings, avoid);
    Long epoch = planned.get(replicas);
    boolean current = epoch != null && epoch == map.epoch();
    if (group.isPresent() && (current || group.get().members().size() == replicas)) {
      if (!current) {
        var unused = plan(settings);
      }
      return CompletableFuture.completedFuture(group.get().id());
    }
    CompletableFuture<Void> ready =
        current ? CompletableFuture.completedFuture(null) : plan(settings);
    return ready.thenCompose(
        unused ->
            choose(registry.map(), settings, avoid)
                .map(found -> CompletableFuture.completedFuture(found.id()))
                .orElseGet(() -> planAround(settings, avoid)));
  }

  /** Has the missing groups made; one run at a time for each replica count. */
  private CompletableFuture<Void> plan(DataSettings settings) {
    int replicas = settings.replicas();
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> running = planning.putIfAbsent(replicas, mine);
    if (running != null) {
      return running;
    }
    ClusterMap map = registry.map();
    return make(map, settings, List.of())
        .<Void>thenApply(
            made -> {
              if (made == 0) {
                planned.put(replicas, map.epoch());
              }
              return null;
            })
        .whenComplete(
            (none, failure) -> {
              planning.remove(replicas);
              if (failure == null) {
                mine.complete(null);
              } else {
                mine.completeExceptionally(failure);
              }
            });
  }

  /** A writer that lost a server needs a group without it. */
  private CompletableFuture<GroupId> planAround(DataSettings settings, List<NodeId> avoid) {
    CompletableFuture<Integer> made =
        avoid.isEmpty()
            ? CompletableFuture.completedFuture(0)
            : make(registry.map(), settings, avoid);
    return made.thenApply(
        unused -> {
          ClusterMap map = registry.map();
          return choose(map, settings, avoid).orElseThrow(() -> noGroup(map, settings)).id();
        });
  }

  /** Makes the groups that are missing among servers not to be avoided; returns how many. */
  private CompletableFuture<Integer> make(
      ClusterMap map, DataSettings settings, List<NodeId> avoid) {
    int replicas = settings.replicas();
    try {
      return CompletableFuture.supplyAsync(
              () -> PlacementPlanner.plan(candidates(map, settings, avoid), map.groups(), replicas),
              thread)
          .thenCompose(
              missing ->
                  missing.isEmpty()
                      ? CompletableFuture.completedFuture(0)
                      : commands
                          .submit(
                              new Command.AddGroups(replicas, missing, map.groups().size()), false)
                          .thenApply(unused -> missing.size())
                          .exceptionally(Placer::addedByOthers));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          new FsException(Errno.EAGAIN, "too many writers wait for a group; try again", e));
    }
  }

  /** Somebody else has added groups since the plan was made; those may do. */
  private static Integer addedByOthers(Throwable failure) {
    FsException e = FsException.of(failure);
    if (e.errno() == Errno.EAGAIN) {
      return 1;
    }
    throw e;
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

  @SuppressWarnings("ReferenceEquality") // maps are replaced, and comparing their content is long
  private Optional<Group> choose(ClusterMap map, DataSettings settings, List<NodeId> avoid) {
    GroupChoice choice;
    if (avoid.isEmpty()) {
      Choices now = choices;
      if (now.map != map || now.bySettings.size() > MAX_CHOICES) {
        now = new Choices(map, new ConcurrentHashMap<>());
        choices = now;
      }
      choice = now.bySettings.computeIfAbsent(settings, s -> choice(map, s, avoid));
    } else {
      choice = choice(map, settings, avoid);
    }
    return choice.pick(ThreadLocalRandom.current().nextDouble());
  }

  private static GroupChoice choice(ClusterMap map, DataSettings settings, List<NodeId> avoid) {
    return new GroupChoice(candidates(map, settings, avoid), map.groups(), settings.replicas());
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
