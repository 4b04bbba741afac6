package io.dfs.nameserver.cluster;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.ClusterRequest.Capacity;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.gc.Garbage;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.NewerChunks;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Answers the dataservers. Shared. */
public final class ClusterService {
  /** Deletions in one answer to a heartbeat: 16 KiB, and a second's work for one disk. */
  private static final int DELETIONS = 1000;

  /** Stored as modified UTF-8 with a short length; and nobody's host name is longer. */
  private static final int MAX_TEXT = 1000;

  private final Registry registry;
  private final Tables tables;
  private final CommandLog commands;
  private final Garbage garbage;
  private final String clusterId;
  private final int heartbeatMs;

  public ClusterService(
      Registry registry,
      Tables tables,
      CommandLog commands,
      Garbage garbage,
      String clusterId,
      int heartbeatMs) {
    this.registry = registry;
    this.tables = tables;
    this.commands = commands;
    this.garbage = garbage;
    this.clusterId = clusterId;
    this.heartbeatMs = heartbeatMs;
  }

  public CompletableFuture<? extends Reply> answer(ClusterRequest request) {
    if (request instanceof ClusterRequest.Heartbeat heartbeat) {
      return heartbeat(heartbeat);
    } else if (request instanceof ClusterRequest.Inventory inventory) {
      return CompletableFuture.completedFuture(new Reply.Garbage(garbage(inventory)));
    } else {
      return register((ClusterRequest.Register) request);
    }
  }

  private CompletableFuture<Reply.Registered> register(ClusterRequest.Register r) {
    if (!r.clusterId().isEmpty() && !r.clusterId().equals(clusterId)) {
      throw new FsException(
          Errno.EINVAL,
          "dataserver "
              + r.address()
              + " belongs to cluster "
              + r.clusterId()
              + ", this nameserver is of cluster "
              + clusterId
              + "; check the nameserver's address in its configuration");
    }
    for (String text : List.of(r.token(), r.address(), r.host(), r.rack(), r.version())) {
      if (text.length() > MAX_TEXT) {
        throw new FsException(Errno.EINVAL, "a text of " + text.length() + " characters");
      }
    }
    if (r.token().isEmpty() || r.address().isEmpty()) {
      throw new FsException(Errno.EINVAL, "a dataserver registers with a token and an address");
    }
    if (r.node().value() < 0) {
      throw new FsException(Errno.EINVAL, "no dataserver has the number " + r.node().value());
    }
    NodeId id = r.node();
    if (id.equals(NodeId.NONE)) {
      id = registry.byToken(r.token()).orElse(NodeId.NONE);
    }
    registry.requireFree(id, r.token());
    Capacity c = r.capacity();
    Server server =
        new Server(
            r.token(),
            r.address(),
            r.host(),
            r.rack(),
            r.version(),
            c.capacityBytes(),
            c.usedBytes(),
            c.freeBytes(),
            c.chunks());
    CompletableFuture<NodeId> stored =
        registry.differs(id, server)
            ? commands
                .submit(new Command.PutServer(id, server), false)
                .thenApply(reply -> ((Reply.Registered) reply).node())
            : CompletableFuture.completedFuture(id);
    return stored.thenApply(
        node -> {
          garbage.registered(node);
          registry.registered(node, server, c.failedDisks(), System.nanoTime());
          return new Reply.Registered(node, clusterId, heartbeatMs);
        });
  }

  private CompletableFuture<Reply.HeartbeatAnswer> heartbeat(ClusterRequest.Heartbeat h) {
    registry.heartbeat(h.node(), h.capacity(), System.nanoTime());
    CompletableFuture<?> removed =
        h.deleted().isEmpty()
            ? CompletableFuture.completedFuture(null)
            : commands.submit(new Command.Deleted(h.node(), h.deleted()), false);
    return removed.thenApply(unused -> new Reply.HeartbeatAnswer(deletions(h.node())));
  }

  private List<ChunkId> deletions(NodeId node) {
    return garbage.next(node, DELETIONS, System.nanoTime());
  }

  /**
   * Chunks that nothing refers to, of those that a server holds. When in doubt a chunk is kept: one
   * with a number from the future (this state may be an old copy) or made after the backup that was
   * restored, of an unknown group, or of a group that the server is not in.
   */
  private List<ChunkId> garbage(ClusterRequest.Inventory inventory) {
    // Read before the chunks: one that is allocated meanwhile has a greater number.
    long last = tables.counter(Counter.CHUNK);
    List<NewerChunks> newer = tables.newer();
    List<ChunkId> garbage = new ArrayList<>();
    for (ChunkId chunk : inventory.chunks()) {
      @Nullable Group group = tables.findGroup(chunk.group());
      if (chunk.sequence() <= last
          && group != null
          && group.members().contains(inventory.node())
          && newer.stream().noneMatch(kept -> kept.contains(chunk))
          && tables.findChunk(chunk) == null) {
        garbage.add(chunk);
      }
    }
    return garbage;
  }
}
