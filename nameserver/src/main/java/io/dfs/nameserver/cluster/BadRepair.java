package io.dfs.nameserver.cluster;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.CopyResult;
import io.dfs.common.message.Group;
import io.dfs.common.message.Severity;
import io.dfs.nameserver.cluster.CopyBoard.Finished;
import io.dfs.nameserver.cluster.CopyBoard.Kind;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Tables;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Replaces single copies that were reported bad or missing. Confined to the thread of {@link
 * Repairer}. The server with the bad copy looks at it first: a report may be mistaken.
 */
final class BadRepair {
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** After a try that brought nothing. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Looked at together. */
  private static final int PAGE = 1000;

  /** Who waits for the results. */
  private final Object owner = new Object();

  private final Tables tables;
  private final CommandLog commands;
  private final CopyBoard board;
  private final Events events;
  private final GroupChange.Sources sources;
  private final Set<Tables.Bad> underWay = new HashSet<>();
  private final Map<Tables.Bad, Long> tried = new HashMap<>();
  private final Set<ChunkId> hopeless = new HashSet<>();
  private Tables.@Nullable Bad cursor;
  private long lookedNanos = System.nanoTime() - LOOK_NANOS;
  private int known;

  BadRepair(
      Tables tables,
      CommandLog commands,
      CopyBoard board,
      Events events,
      GroupChange.Sources sources) {
    this.tables = tables;
    this.commands = commands;
    this.board = board;
    this.events = events;
    this.sources = sources;
  }

  /** How many there are, {@link #PAGE} for more. */
  int known() {
    return known;
  }

  void plan(long now) {
    if (now - lookedNanos < LOOK_NANOS) {
      return;
    }
    lookedNanos = now;
    tried.values().removeIf(until -> until - now < 0);
    List<Tables.Bad> page = tables.badCopies(cursor, PAGE);
    known = cursor == null ? page.size() : Math.max(known, page.size());
    cursor = page.size() < PAGE ? null : page.get(PAGE - 1);
    for (Tables.Bad copy : page) {
      Tables.Bad key = key(copy.chunk(), copy.node());
      if (!underWay.contains(key) && !tried.containsKey(key)) {
        order(copy, now);
      }
    }
  }

  /** Without the reason, which may change. */
  private static Tables.Bad key(ChunkId chunk, NodeId node) {
    return new Tables.Bad(chunk, node, "");
  }

  private void order(Tables.Bad copy, long now) {
    ChunkState chunk = tables.findChunk(copy.chunk());
    Group group = tables.findGroup(copy.chunk().group());
    if (chunk == null || group == null || !group.holders().contains(copy.node())) {
      clear(copy.chunk(), copy.node());
      return;
    }
    if (!chunk.sealed()) {
      return;
    }
    // Its own copy is looked at even when there is no other.
    CopyOrder order =
        new CopyOrder(copy.chunk(), chunk.length(), sources.of(group, copy.chunk(), copy.node()));
    Tables.Bad key = key(copy.chunk(), copy.node());
    if (board.offer(owner, Kind.REPAIR, copy.node(), order)) {
      underWay.add(key);
    } else {
      tried.put(key, now + RETRY_NANOS);
    }
  }

  void finished(Finished done) {
    ChunkId chunk = done.order().chunk();
    Tables.Bad key = key(chunk, done.target());
    if (done.owner() != owner || !underWay.remove(key)) {
      return;
    }
    CopyResult result = done.result();
    if (result.outcome() == CopyResult.Outcome.DONE) {
      clear(chunk, done.target());
      hopeless.remove(chunk);
      if (result.copiedBytes() > 0) {
        events.record(
            Severity.INFO,
            "chunk " + chunk,
            "the bad copy on server " + done.target() + " was replaced by a good one");
      }
      return;
    }
    tried.put(key, System.nanoTime() + RETRY_NANOS);
    if (result.outcome() == CopyResult.Outcome.NO_GOOD_COPY
        && tables.findChunk(chunk) != null
        && hopeless.size() < PAGE
        && hopeless.add(chunk)) {
      events.record(
          Severity.ERROR,
          "chunk " + chunk,
          "no server has a good copy; bring back a server or disk that had one: "
              + result.problem());
    }
  }

  private void clear(ChunkId chunk, NodeId node) {
    commands.submit(new Command.ClearBad(chunk, node), false).exceptionally(failure -> null);
  }
}
