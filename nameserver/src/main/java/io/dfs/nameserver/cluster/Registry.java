package io.dfs.nameserver.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest.Capacity;
import io.dfs.common.message.Group;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerWish;
import io.dfs.nameserver.cluster.ServerStates.Signs;
import io.dfs.nameserver.placement.Holder;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The dataservers and groups as of now. Shared, guarded by itself; readers take the immutable
 * {@link #map}. {@link ServerStates} says which states there are.
 */
public final class Registry {
  /**
   * When a server counts as suspect and as gone, and when its copies are made again elsewhere.
   *
   * @param suspectMs since the last heartbeat
   * @param offlineMs likewise
   * @param repairAfterMs likewise
   */
  public record Patience(long suspectMs, long offlineMs, long repairAfterMs) {}

  private static final class Entry {
    Server server;
    long heardNanos;
    boolean heard;
    int failedDisks;
    ServerInfo.State state = ServerInfo.State.SUSPECT;

    /** Whether it has compared what it holds with what it should since it last registered. */
    boolean audited;

    Entry(Server server, long heardNanos) {
      this.server = server;
      this.heardNanos = heardNanos;
    }

    Signs signs(long nowNanos, long nowMs) {
      boolean over = server.untilMs() != 0 && server.untilMs() <= nowMs;
      return new Signs(
          heard,
          TimeUnit.NANOSECONDS.toMillis(nowNanos - heardNanos),
          over ? ServerWish.NONE : server.wish());
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
   * @param nowMs the wall clock; as the first epoch it is greater than any before a restart
   */
  public Registry(Tables tables, Patience patience, long nowMs, long nowNanos) {
    this.patience = patience;
    tables.servers().forEach((id, server) -> servers.put(id, new Entry(server, nowNanos)));
    tables.groups().forEach(group -> groups.put(group.id(), group));
    servers.values().forEach(e -> e.state = ServerStates.state(e.signs(nowNanos, nowMs), patience));
    map = new ClusterMap(nowMs, List.copyOf(groups.values()), infos(nowNanos));
  }

  public ClusterMap map() {
    return map;
  }

  /**
   * EEXIST unless {@code token} is that of the server, or the one with its number is gone; EPERM
   * when the server was removed.
   */
  public synchronized void requireFree(NodeId id, String token) {
    Entry entry = servers.get(id);
    if (entry == null) {
      return;
    }
    if (entry.server.wish() == ServerWish.REMOVE) {
      throw new FsException(
          Errno.EPERM,
          "dataserver "
              + id
              + " was removed from the cluster; empty its directories to let it join as a new one, or"
              + " take it back with dfs servers undrain "
              + id.value());
    }
    boolean serves =
        entry.state == ServerInfo.State.ONLINE || entry.state == ServerInfo.State.DRAINING;
    if (!entry.server.token().equals(token) && serves) {
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

  /** Another server that had this address and is not heard any more. */
  public synchronized Optional<NodeId> silentAt(String address, NodeId not) {
    return servers.entrySet().stream()
        .filter(e -> !e.getKey().equals(not) && e.getValue().server.address().equals(address))
        .filter(e -> e.getValue().server.wish() != ServerWish.REMOVE)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** The stored form of a server, as of its last report. */
  public synchronized @Nullable Server find(NodeId id) {
    Entry entry = servers.get(id);
    return entry == null ? null : entry.server;
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

  /** The change of state that it meant, if any. */
  public synchronized @Nullable Transition registered(
      NodeId id, Server server, int failedDisks, long nowNanos, long nowMs) {
    Entry entry = servers.computeIfAbsent(id, unused -> new Entry(server, nowNanos));
    boolean moved =
        !entry.server.address().equals(server.address())
            || !entry.server.host().equals(server.host())
            || !entry.server.rack().equals(server.rack());
    entry.server = server.with(entry.server.wish(), entry.server.untilMs());
    entry.failedDisks = failedDisks;
    entry.audited = false;
    entry.heard = true;
    entry.heardNanos = nowNanos;
    Transition transition = look(id, entry, nowNanos, nowMs);
    if (transition != null || moved) {
      publish(nowNanos);
    }
    return transition;
  }

  /** The change of state that it meant, if any; ESTALE when the server has to register first. */
  public synchronized @Nullable Transition heartbeat(
      NodeId id, Capacity capacity, long nowNanos, long nowMs) {
    Entry entry = servers.get(id);
    if (entry == null || !entry.heard || entry.server.wish() == ServerWish.REMOVE) {
      throw new FsException(Errno.ESTALE, id + " is not registered; register first");
    }
    Server s = entry.server;
    if (capacity.failedDisks() > entry.failedDisks) {
      entry.audited = false;
    }
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
            capacity.chunks(),
            s.wish(),
            s.untilMs());
    entry.heard = true;
    entry.heardNanos = nowNanos;
    Transition transition = look(id, entry, nowNanos, nowMs);
    if (transition != null) {
      publish(nowNanos);
    }
    return transition;
  }

  /** Brings the state of a server up to date. */
  private @Nullable Transition look(NodeId id, Entry entry, long nowNanos, long nowMs) {
    Signs signs = entry.signs(nowNanos, nowMs);
    ServerInfo.State next = ServerStates.state(signs, patience);
    ServerInfo.State last = entry.state;
    if (next == last) {
      return null;
    }
    entry.state = next;
    return new Transition(id, entry.server.address(), last, next, ServerStates.reason(next, signs));
  }

  /** Lets time pass; space and ages in the map are renewed. Returns what has changed. */
  public synchronized List<Transition> tick(long nowNanos, long nowMs) {
    List<Transition> changes = new ArrayList<>();
    servers.forEach(
        (id, entry) -> {
          Transition change = look(id, entry, nowNanos, nowMs);
          if (change != null) {
            changes.add(change);
          }
        });
    if (!changes.isEmpty()) {
      publish(nowNanos);
    } else {
      map = new ClusterMap(map.epoch(), map.groups(), infos(nowNanos));
    }
    return changes;
  }

  public synchronized void groupsAdded(List<Group> added, long nowNanos) {
    added.forEach(group -> groups.put(group.id(), group));
    publish(nowNanos);
  }

  public synchronized void groupChanged(Group group, long nowNanos) {
    groups.put(group.id(), group);
    publish(nowNanos);
  }

  /** What operators want of a server has changed; the change of state that it meant, if any. */
  public synchronized @Nullable Transition wished(
      NodeId id, Server stored, long nowNanos, long nowMs) {
    Entry entry = servers.get(id);
    if (entry == null) {
      return null;
    }
    entry.server = entry.server.with(stored.wish(), stored.untilMs());
    Transition transition = look(id, entry, nowNanos, nowMs);
    publish(nowNanos);
    return transition;
  }

  public synchronized boolean known(NodeId id) {
    return servers.containsKey(id);
  }

  /** The server has compared what it holds with what it should. */
  public synchronized void audited(NodeId id) {
    Entry entry = servers.get(id);
    if (entry != null) {
      entry.audited = true;
    }
  }

  /** Whether what the server lacks is known. */
  public synchronized boolean isAudited(NodeId id) {
    Entry entry = servers.get(id);
    return entry != null && entry.audited;
  }

  /** The servers as planning of repair sees them. */
  public synchronized List<Holder> holders(long nowNanos, long nowMs) {
    List<Holder> holders = new ArrayList<>(servers.size());
    servers.forEach(
        (id, e) -> {
          Signs signs = e.signs(nowNanos, nowMs);
          holders.add(
              new Holder(
                  id,
                  e.server.host(),
                  e.server.rack(),
                  e.server.capacityBytes(),
                  e.server.freeBytes(),
                  ServerStates.standing(signs, patience),
                  ServerStates.isReachable(signs, patience)));
        });
    return holders;
  }

  /** Whether a server that has not been heard since this process started may still come. */
  public synchronized boolean awaitsServers() {
    return servers.values().stream().anyMatch(e -> !e.heard && e.state == ServerInfo.State.SUSPECT);
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
                    e.server.version(),
                    e.failedDisks,
                    e.server.wish())));
    return List.copyOf(infos);
  }
}
