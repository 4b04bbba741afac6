package io.dfs.nameserver.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.NewerChunks;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares what dataservers hold with what they should: names the garbage in an inventory, and the
 * chunks that a server must have. Shared, guarded by itself where it remembers.
 *
 * <p>When in doubt a copy is kept. It is garbage when nothing refers to the chunk, or when the
 * server is not in the chunk's group (any more) and the group is whole without it: as many members
 * as it shall have, all of them online, none changing, each of which has compared what it holds
 * with what it should since it came, and no copy of the chunk known to be bad.
 */
final class Holdings {
  /** Chunks in one answer: 16 KiB. */
  private static final int MAX_EXPECTED = 1000;

  /** Copies remembered that lie where they need not, while others are bad: rare. */
  private static final int MAX_STRAYS = 10_000;

  private final Tables tables;
  private final Registry registry;

  /** Servers that shall tell their inventory soon. */
  @GuardedBy("this")
  private final Set<NodeId> wanted = new HashSet<>();

  /** Who else has a chunk of which some copy is bad. */
  @GuardedBy("this")
  private final Map<ChunkId, Set<NodeId>> strays =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ChunkId, Set<NodeId>> eldest) {
          return size() > MAX_STRAYS;
        }
      };

  Holdings(Tables tables, Registry registry) {
    this.tables = tables;
    this.registry = registry;
  }

  /** The server shall tell what it holds, because it may have something too much. */
  synchronized void wantInventory(NodeId node) {
    wanted.add(node);
  }

  /** Whether to ask a server for its inventory now; asked once. */
  synchronized boolean takeWanted(NodeId node) {
    return wanted.remove(node);
  }

  /** Servers outside its group that have told to hold a chunk of which some copy is bad. */
  synchronized List<NodeId> strays(ChunkId chunk) {
    Set<NodeId> nodes = strays.get(chunk);
    return nodes == null ? List.of() : List.copyOf(nodes);
  }

  /** Which of the chunks the server shall delete. */
  List<ChunkId> garbage(ClusterRequest.Inventory inventory) {
    // Read before the chunks: one that is allocated meanwhile has a greater number.
    long last = tables.counter(Counter.CHUNK);
    List<NewerChunks> newer = tables.newer();
    List<ChunkId> garbage = new ArrayList<>();
    Map<GroupId, Boolean> whole = new HashMap<>();
    Map<NodeId, ServerInfo> servers = servers();
    for (ChunkId chunk : inventory.chunks()) {
      @Nullable Group group = tables.findGroup(chunk.group());
      if (chunk.sequence() > last || group == null) {
        // From the future, as this state may be an old copy; or of nobody knows what.
        continue;
      }
      if (newer.stream().anyMatch(kept -> kept.contains(chunk))) {
        // Made after the backup that was restored.
        continue;
      }
      if (tables.findChunk(chunk) == null) {
        garbage.add(chunk);
      } else if (!group.holders().contains(inventory.node())) {
        if (!tables.badCopies(chunk).isEmpty()) {
          addStray(chunk, inventory.node());
        } else if (whole.computeIfAbsent(group.id(), id -> isWhole(group, servers))) {
          garbage.add(chunk);
        }
      }
    }
    return garbage;
  }

  private synchronized void addStray(ChunkId chunk, NodeId node) {
    strays.computeIfAbsent(chunk, unused -> new HashSet<>()).add(node);
  }

  private Map<NodeId, ServerInfo> servers() {
    Map<NodeId, ServerInfo> servers = new HashMap<>();
    registry.map().servers().forEach(s -> servers.put(s.id(), s));
    return servers;
  }

  private boolean isWhole(Group group, Map<NodeId, ServerInfo> servers) {
    return !group.closed()
        && group.members().size() >= group.replicas()
        && group.members().stream()
            .allMatch(
                member -> {
                  ServerInfo server = servers.get(member);
                  return server != null
                      && server.state() == ServerInfo.State.ONLINE
                      && registry.isAudited(member);
                });
  }

  /**
   * Chunks that a server must have, with what is committed of those that are being written: no
   * extent is committed before all members have it.
   */
  Reply.ExpectedChunks expected(ClusterRequest.Expected request) {
    int max = Math.max(1, Math.min(request.max(), MAX_EXPECTED));
    List<Tables.Chunk> found = new ArrayList<>();
    ChunkId after = request.after();
    for (Group group : registry.map().groups()) {
      if (group.id().value() < after.group().value() || !group.members().contains(request.node())) {
        continue;
      }
      long sequence = group.id().equals(after.group()) ? after.sequence() : 0;
      while (found.size() < max) {
        List<Tables.Chunk> part = tables.chunks(group.id(), sequence, max);
        for (Tables.Chunk chunk : part) {
          sequence = chunk.id().sequence();
          if (found.size() < max && chunk.state().length() > 0) {
            found.add(chunk);
          }
        }
        if (part.size() < max) {
          break;
        }
      }
      if (found.size() >= max) {
        break;
      }
    }
    return new Reply.ExpectedChunks(
        found.stream().map(Tables.Chunk::id).toList(),
        found.stream().mapToInt(c -> c.state().length()).toArray(),
        found.size() < max);
  }
}
