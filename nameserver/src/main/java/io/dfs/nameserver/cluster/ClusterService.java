package io.dfs.nameserver.cluster;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.ClusterRequest.Capacity;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Severity;
import io.dfs.nameserver.cluster.CopyBoard.Kind;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.gc.Garbage;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Tables;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Answers the dataservers. Shared. */
public final class ClusterService {
  /** Deletions in one answer to a heartbeat: 16 KiB, and a second's work for one disk. */
  private static final int DELETIONS = 1000;

  /** Stored as modified UTF-8 with a short length; and nobody's host name is longer. */
  private static final int MAX_TEXT = 1000;

  private final Registry registry;
  private final CommandLog commands;
  private final Garbage garbage;
  private final Holdings holdings;
  private final CopyBoard board;
  private final BadReplicas bad;
  private final Events events;
  private final Works works;
  private final Repairer repairer;
  private final String clusterId;
  private final int heartbeatMs;

  public ClusterService(
      Registry registry,
      Tables tables,
      CommandLog commands,
      Garbage garbage,
      Events events,
      BadReplicas bad,
      Works works,
      String clusterId,
      int heartbeatMs) {
    this.registry = registry;
    this.commands = commands;
    this.garbage = garbage;
    this.events = events;
    this.bad = bad;
    this.works = works;
    this.clusterId = clusterId;
    this.heartbeatMs = heartbeatMs;
    this.holdings = new Holdings(tables, registry);
    this.board = new CopyBoard();
    this.repairer = new Repairer(registry, tables, commands, board, bad, holdings, events, works);
  }

  public Repairer repairer() {
    return repairer;
  }

  public CompletableFuture<? extends Reply> answer(ClusterRequest request) {
    if (request instanceof ClusterRequest.Heartbeat heartbeat) {
      return heartbeat(heartbeat);
    } else if (request instanceof ClusterRequest.CopyWork work) {
      return CompletableFuture.completedFuture(copies(work));
    } else if (request instanceof ClusterRequest.Inventory inventory) {
      return CompletableFuture.completedFuture(new Reply.Garbage(holdings.garbage(inventory)));
    } else if (request instanceof ClusterRequest.Expected expected) {
      return CompletableFuture.completedFuture(holdings.expected(expected));
    } else if (request instanceof ClusterRequest.BadCopies found) {
      return bad.report(found.copies()).thenApply(done -> Reply.Done.DONE);
    } else if (request instanceof ClusterRequest.Audited audited) {
      registry.audited(audited.node());
      return CompletableFuture.completedFuture(Reply.Done.DONE);
    } else {
      return register((ClusterRequest.Register) request);
    }
  }

  private Reply.CopyOrders copies(ClusterRequest.CopyWork work) {
    if (board.finish(work.node(), work.results())) {
      holdings.wantInventory(work.node());
    }
    int room = Math.max(0, Math.min(work.room(), CopyBoard.MAX_ORDERS));
    List<CopyOrder> orders = board.take(work.node(), room, System.nanoTime());
    Kind kind = board.has(work.node(), Kind.REPAIR) ? Kind.REPAIR : Kind.BALANCE;
    return new Reply.CopyOrders(orders, works.limit(kind));
  }

  private CompletableFuture<Reply.Registered> register(ClusterRequest.Register r) {
    if (!r.clusterId().isEmpty() && !r.clusterId().equals(clusterId)) {
      events.record(
          Severity.WARN,
          "server " + r.address(),
          "was refused: its disks belong to cluster " + r.clusterId());
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
            c.chunks(),
            ServerWish.NONE,
            0);
    tellWhatIsNew(id, server);
    CompletableFuture<NodeId> stored =
        registry.differs(id, server)
            ? commands
                .submit(new Command.PutServer(id, server), false)
                .thenApply(reply -> ((Reply.Registered) reply).node())
            : CompletableFuture.completedFuture(id);
    return stored.thenApply(
        node -> {
          garbage.registered(node);
          board.restarted(node);
          note(
              registry.registered(
                  node, server, c.failedDisks(), System.nanoTime(), System.currentTimeMillis()));
          return new Reply.Registered(node, clusterId, heartbeatMs);
        });
  }

  private void note(@Nullable Transition transition) {
    if (transition != null) {
      events.record(transition);
    }
  }

  /** What operators want of a server has changed. */
  public void wished(NodeId node, Server stored) {
    note(registry.wished(node, stored, System.nanoTime(), System.currentTimeMillis()));
  }

  /** Lets time pass for the servers. */
  public void tick(long nowNanos, long nowMs) {
    registry.tick(nowNanos, nowMs).forEach(events::record);
  }

  /** A server that is new, or came back otherwise than it went. */
  private void tellWhatIsNew(NodeId id, Server server) {
    Server known = registry.find(id);
    if (known == null) {
      String text = "a new dataserver at " + server.address();
      Optional<NodeId> before = registry.silentAt(server.address(), id);
      events.record(
          Severity.INFO,
          "server " + server.address(),
          before.isEmpty()
              ? text
              : text
                  + ", where "
                  + before.get()
                  + " was: its directories are new. If "
                  + before.get()
                  + " will not come back elsewhere, say dfs servers remove "
                  + before.get().value());
    } else if (!known.address().equals(server.address())) {
      events.record(
          Severity.INFO,
          "server " + id,
          "came back at " + server.address() + ", was at " + known.address());
    }
  }

  private CompletableFuture<Reply.HeartbeatAnswer> heartbeat(ClusterRequest.Heartbeat h) {
    note(registry.heartbeat(h.node(), h.capacity(), System.nanoTime(), System.currentTimeMillis()));
    CompletableFuture<?> removed =
        h.deleted().isEmpty()
            ? CompletableFuture.completedFuture(null)
            : commands.submit(new Command.Deleted(h.node(), h.deleted()), false);
    return removed.thenApply(
        unused ->
            new Reply.HeartbeatAnswer(
                deletions(h.node()),
                board.hasWork(h.node()),
                holdings.takeWanted(h.node()),
                !registry.isAudited(h.node())));
  }

  private List<ChunkId> deletions(NodeId node) {
    return garbage.next(node, DELETIONS, System.nanoTime());
  }
}
