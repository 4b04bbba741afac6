package io.dfs.client.chunk;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply.Groups;
import io.dfs.common.message.ServerInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The cached table of placement groups and servers. Shared; a snapshot is replaced as a whole, and
 * refreshes asked for while one is under way join it.
 */
public final class GroupTable {
  private record Table(long epoch, Map<Integer, Group> groups, Map<Integer, ServerInfo> servers) {}

  private final LongFunction<CompletableFuture<Groups>> fetch;
  private final AtomicReference<@Nullable CompletableFuture<Void>> refreshing =
      new AtomicReference<>();
  private volatile Table table = new Table(-1, Map.of(), Map.of());

  /**
   * @param fetch asks the nameserver, given the epoch that is known
   */
  public GroupTable(LongFunction<CompletableFuture<Groups>> fetch) {
    this.fetch = fetch;
  }

  public CompletableFuture<Void> refresh() {
    CompletableFuture<Void> mine = new CompletableFuture<>();
    CompletableFuture<Void> other = refreshing.compareAndExchange(null, mine);
    if (other != null) {
      return other;
    }
    fetch
        .apply(table.epoch())
        .whenComplete(
            (reply, failure) -> {
              if (reply != null) {
                learn(reply);
              }
              refreshing.set(null);
              if (failure != null) {
                mine.completeExceptionally(FsException.of(failure));
              } else {
                mine.complete(null);
              }
            });
    return mine;
  }

  private void learn(Groups reply) {
    if (reply.epoch() == table.epoch() && reply.groups().isEmpty()) {
      return;
    }
    Map<Integer, Group> groups = new HashMap<>();
    reply.groups().forEach(g -> groups.put(g.id().value(), g));
    Map<Integer, ServerInfo> servers = new HashMap<>();
    reply.servers().forEach(s -> servers.put(s.id().value(), s));
    table = new Table(reply.epoch(), groups, servers);
  }

  public @Nullable ServerInfo server(NodeId node) {
    return table.servers().get(node.value());
  }

  public List<ServerInfo> servers() {
    return List.copyOf(table.servers().values());
  }

  /** The members of a group if it and the addresses of all of them are known, else null. */
  public @Nullable List<NodeId> known(GroupId id) {
    Group group = table.groups().get(id.value());
    return group == null || !knowsAll(group.members()) ? null : group.members();
  }

  /** Whether the group takes no new chunks and shall not be written to any longer. */
  public boolean isClosed(GroupId id) {
    Group group = table.groups().get(id.value());
    return group != null && group.closed();
  }

  /** Whether the address of every one of {@code nodes} is known. */
  public boolean knowsAll(List<NodeId> nodes) {
    Table t = table;
    for (NodeId node : nodes) {
      if (!t.servers().containsKey(node.value())) {
        return false;
      }
    }
    return true;
  }

  /** The members of a group, asked for when it is not known; EIO when nobody knows it. */
  public CompletableFuture<List<NodeId>> members(GroupId id) {
    List<NodeId> members = known(id);
    if (members != null) {
      return CompletableFuture.completedFuture(members);
    }
    return refresh()
        .thenApply(
            done -> {
              Group group = table.groups().get(id.value());
              if (group == null) {
                throw new FsException(
                    Errno.EIO,
                    "placement group " + id + " is not known to the nameserver; see dfs status");
              }
              return group.members();
            });
  }

  /** {@code host:port} of a server; EIO when it is not known. */
  public String address(NodeId node) {
    ServerInfo server = server(node);
    if (server == null) {
      throw new FsException(
          Errno.EIO, "dataserver " + node + " is not known to the nameserver; see dfs servers");
    }
    return server.address();
  }
}
