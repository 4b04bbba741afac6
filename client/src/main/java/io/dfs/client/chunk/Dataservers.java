package io.dfs.client.chunk;

import io.dfs.common.error.FsException;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Message;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.net.Connection;
import io.dfs.common.net.Response;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** All dataservers of the cluster, by number. Shared. */
public final class Dataservers implements AutoCloseable {
  private static final long IDLE_NANOS = 60_000_000_000L;

  private final GroupTable groups;
  private final Connector connector;
  private final int readConnections;
  private final ConcurrentMap<String, Dataserver> servers = new ConcurrentHashMap<>();

  public Dataservers(GroupTable groups, Connector connector, int readConnections) {
    this.groups = groups;
    this.connector = connector;
    this.readConnections = readConnections;
  }

  /** Asked for by the first read: it may take the network. */
  private static final class LocalHost {
    static final String NAME = name();

    private static String name() {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        return "localhost";
      }
    }
  }

  private Dataserver at(String address) {
    Dataserver server = servers.get(address);
    return server != null
        ? server
        : servers.computeIfAbsent(address, a -> new Dataserver(a, connector, readConnections));
  }

  /** The connection for appends to {@code node}. */
  public CompletableFuture<Connection> forAppends(NodeId node) {
    return at(groups.address(node)).forAppends();
  }

  /** For small appends, each waited for. */
  public CompletableFuture<Connection> forSmallAppends(NodeId node) {
    return at(groups.address(node)).direct();
  }

  /** Sends a read or another small question to {@code node} and keeps account of how it went. */
  public CompletableFuture<Response> ask(NodeId node, Message question, int deadlineMs) {
    return ask(node, question, deadlineMs, false);
  }

  /**
   * {@link #ask(NodeId, Message, int)}.
   *
   * @param direct the calling thread may wait for the answer inside
   */
  public CompletableFuture<Response> ask(
      NodeId node, Message question, int deadlineMs, boolean direct) {
    Dataserver server;
    try {
      server = at(groups.address(node));
    } catch (FsException e) {
      return CompletableFuture.failedFuture(e);
    }
    long start = System.nanoTime();
    server.readStarted();
    CompletableFuture<Connection> connection = direct ? server.direct() : server.forReads();
    CompletableFuture<Response> answer =
        connection.isDone() && !connection.isCompletedExceptionally()
            ? connection.join().call(question, null, deadlineMs)
            : connection.thenCompose(c -> c.call(question, null, deadlineMs));
    return answer.whenComplete((r, failure) -> server.readEnded(System.nanoTime() - start));
  }

  /** Asks others first for some seconds. */
  public void failed(NodeId node) {
    ServerInfo info = groups.server(node);
    if (info != null) {
      at(info.address()).failed();
    }
  }

  public void worked(NodeId node) {
    ServerInfo info = groups.server(node);
    if (info != null) {
      at(info.address()).worked();
    }
  }

  /**
   * The members in the order in which to ask them: those that work before those that just failed or
   * are suspected, this machine before others, then the least loaded; among equals the turn
   * decides.
   */
  public List<NodeId> inReadOrder(List<NodeId> members, int turn) {
    int n = members.size();
    if (n == 1) {
      return members;
    }
    List<NodeId> order = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      order.add(members.get((i + (turn & 0x7fffffff) % n) % n));
    }
    long[] costs = new long[n];
    for (int i = 0; i < n; i++) {
      costs[i] = cost(order.get(i));
    }
    // A handful of members: insertion sort, which keeps the turn among equals.
    for (int i = 1; i < n; i++) {
      for (int j = i; j > 0 && costs[j] * 2 < costs[j - 1]; j--) {
        long cost = costs[j];
        costs[j] = costs[j - 1];
        costs[j - 1] = cost;
        NodeId node = order.get(j);
        order.set(j, order.get(j - 1));
        order.set(j - 1, node);
      }
    }
    return order;
  }

  private long cost(NodeId node) {
    ServerInfo info = groups.server(node);
    if (info == null) {
      return Long.MAX_VALUE / 4;
    }
    Dataserver server = at(info.address());
    long cost = Math.min(server.cost(), Integer.MAX_VALUE);
    if (info.host().equals(LocalHost.NAME)) {
      cost /= 8;
    }
    if (server.isAvoided() || info.state() != ServerInfo.State.ONLINE) {
      cost += 1L << 40;
    }
    return cost;
  }

  /** Closes connections that nobody used for a minute. */
  public void closeIdle() {
    servers.values().stream().filter(s -> s.isIdle(IDLE_NANOS)).forEach(Dataserver::closeUnused);
  }

  @Override
  public void close() {
    servers.values().forEach(Dataserver::close);
  }
}
