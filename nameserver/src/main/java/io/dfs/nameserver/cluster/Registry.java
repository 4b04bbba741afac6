package io.dfs.nameserver.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest.Capacity;
import io.dfs.common.message.Group;
import io.dfs.common.message.ServerInfo;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dataservers and groups as of now. Shared, guarded by itself; readers take the immutable
 * {@link #map}.
 *
 * <p>States: ONLINE after a heartbeat; SUSPECT after {@code suspect} without one, and from a
 * restart of the nameserver until the first; OFFLINE after {@code offline}.
 */
public final class Registry {
  private static final Logger log = LoggerFactory.getLogger(Registry.class);

  /**
   * When a server counts as suspect and as gone.
   *
   * @param suspectMs since the last heartbeat
   * @param offlineMs likewise
   */
  public record Patience(long suspectMs, long offlineMs) {}

  private static final class Entry {
    Server server;
    long heardNanos;
    boolean heard;
    int failedDisks;
    ServerInfo.State state = ServerInfo.State.SUSPECT;

    Entry(Server server, long heardNanos) {
      this.server = server;
      this.heardNanos = heardNanos;
    }
  }

  private final Patience patience;

  @GuardedBy("this")
  private final Map<NodeId, Entry> servers = new TreeMap<>();

  @GuardedBy("this")
  private final Map<GroupId, Group> groups =
      new TreeMap<>((a, b) -> Integer.compare(a.value(), b.value()));

  private volatile ClusterMap map;

  /**
   * @param firstEpoch greater than any before a restart; the wall clock in milliseconds serves
   */
  public Registry(Tables tables, Patience patience, long firstEpoch, long nowNanos) {
    this.patience = patience;
    tables.servers().forEach((id, server) -> servers.put(id, new Entry(server, nowNanos)));
    tables.groups().forEach(group -> groups.put(group.id(), group));
    map = new ClusterMap(firstEpoch, List.copyOf(groups.values()), infos(nowNanos));
  }

  public ClusterMap map() {
    return map;
  }

  /** EEXIST unless {@code token} is that of the server, or the one with its number is gone. */
  public synchronized void requireFree(NodeId id, String token) {
    Entry entry = servers.get(id);
    if (entry != null
        && !entry.server.token().equals(token)
        && entry.state == ServerInfo.State.ONLINE) {
      throw new FsException(
          Errno.EEXIST,
          id
              + " is already served from "
              + entry.server.address()
              + "; was its directory copied? Empty the copy before starting it");
    }
  }

  /** The server that registered with this token. */
  public synchronized Optional<NodeId> byToken(String token) {
    return servers.entrySet().stream()
        .filter(e -> e.getValue().server.token().equals(token))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The stored form of a server differs from what it says now. */
  public synchronized boolean differs(NodeId id, Server now) {
    Entry entry = servers.get(id);
    return entry == null
        || !entry.server.token().equals(now.token())
        || !entry.server.address().equals(now.address())
        || !entry.server.host().equals(now.host())
        || !entry.server.rack().equals(now.rack())
        || !entry.server.version().equals(now.version());
  }

  public synchronized void registered(NodeId id, Server server, int failedDisks, long nowNanos) {
    Entry entry = servers.computeIfAbsent(id, unused -> new Entry(server, nowNanos));
    boolean moved =
        !entry.server.address().equals(server.address())
            || !entry.server.host().equals(server.host())
            || !entry.server.rack().equals(server.rack());
    entry.server = server;
    entry.failedDisks = failedDisks;
    boolean came = heard(entry, nowNanos);
    if (came || moved) {
      log.info("dataserver {} at {} is online", id, server.address());
      publish(nowNanos);
    }
  }

  /** ESTALE when the server has to register first. */
  public synchronized void heartbeat(NodeId id, Capacity capacity, long nowNanos) {
    Entry entry = servers.get(id);
    if (entry == null || !entry.heard) {
      throw new FsException(Errno.ESTALE, id + " is not registered; register first");
    }
    Server s = entry.server;
    entry.failedDisks = capacity.failedDisks();
    entry.server =
        new Server(
            s.token(),
            s.address(),
            s.host(),
            s.rack(),
            s.version(),
            capacity.capacityBytes(),
            capacity.usedBytes(),
            capacity.freeBytes(),
            capacity.chunks());
    if (heard(entry, nowNanos)) {
      log.info("dataserver {} at {} is online again", id, s.address());
      publish(nowNanos);
    }
  }

  private static boolean heard(Entry entry, long nowNanos) {
    boolean came = entry.state != ServerInfo.State.ONLINE;
    entry.heard = true;
    entry.heardNanos = nowNanos;
    entry.state = ServerInfo.State.ONLINE;
    return came;
  }

  /** Lets time pass: servers become suspect or offline; space and ages in the map are renewed. */
  public synchronized void tick(long nowNanos) {
    boolean changed = false;
    for (Map.Entry<NodeId, Entry> each : servers.entrySet()) {
      Entry entry = each.getValue();
      long silentMs = TimeUnit.NANOSECONDS.toMillis(nowNanos - entry.heardNanos);
      ServerInfo.State state =
          silentMs >= patience.offlineMs
              ? ServerInfo.State.OFFLINE
              : silentMs >= patience.suspectMs || !entry.heard
                  ? ServerInfo.State.SUSPECT
                  : ServerInfo.State.ONLINE;
      if (state != entry.state) {
        log.warn(
            "dataserver {} at {} is {}: no heartbeat for {} ms; check it and the network to it",
            each.getKey(),
            entry.server.address(),
            state,
            silentMs);
        entry.state = state;
        changed = true;
      }
    }
    if (changed) {
      publish(nowNanos);
    } else {
      map = new ClusterMap(map.epoch(), map.groups(), infos(nowNanos));
    }
  }

  public synchronized void groupsAdded(List<Group> added, long nowNanos) {
    added.forEach(group -> groups.put(group.id(), group));
    publish(nowNanos);
  }

  public synchronized boolean known(NodeId id) {
    return servers.containsKey(id);
  }

  public synchronized int failedDisks() {
    return servers.values().stream().mapToInt(entry -> entry.failedDisks).sum();
  }

  @GuardedBy("this")
  private void publish(long nowNanos) {
    map = new ClusterMap(map.epoch() + 1, List.copyOf(groups.values()), infos(nowNanos));
  }

  private synchronized List<ServerInfo> infos(long nowNanos) {
    List<ServerInfo> infos = new ArrayList<>(servers.size());
    servers.forEach(
        (id, e) ->
            infos.add(
                new ServerInfo(
                    id,
                    e.server.address(),
                    e.server.host(),
                    e.server.rack(),
                    e.state,
                    e.server.capacityBytes(),
                    e.server.usedBytes(),
                    e.server.freeBytes(),
                    e.server.chunks(),
                    e.heard ? (int) TimeUnit.NANOSECONDS.toSeconds(nowNanos - e.heardNanos) : -1,
                    e.server.version())));
    return List.copyOf(infos);
  }
}
