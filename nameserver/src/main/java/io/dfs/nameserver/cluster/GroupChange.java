package io.dfs.nameserver.cluster;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.Group;
import io.dfs.nameserver.cluster.CopyBoard.Finished;
import io.dfs.nameserver.cluster.CopyBoard.Kind;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group on its way from some members to others. Confined to the thread of {@link Repairer}.
 *
 * <pre>
 * SEALING -> COPYING     nobody writes to a chunk of the group any more
 * COPYING -> COMMITTING  every server that joins has told that it has all
 * COMMITTING -> DONE     the new members are in the state
 * any -> ABORTED         a server that joins is lost or cannot keep the copies, or those who leave
 *                        are all well again; the group is opened with the members that it has
 * </pre>
 *
 * <p>The group is closed before the first phase, in the state: it gets no new chunks, and clients
 * that write to one of its chunks see that and seal it. So when nobody writes any more, its chunks
 * and their lengths are fixed but for those that are dropped, and one pass over them in order is
 * exact. Nothing is deleted here: whoever left tells its inventory, and learns then what to delete.
 */
final class GroupChange {
  private static final Logger log = LoggerFactory.getLogger(GroupChange.class);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int PAGE = 128;

  enum Phase {
    SEALING,
    COPYING,
    COMMITTING,
    DONE,
    ABORTED
  }

  /** Who can give a copy of a chunk of this group, the best first. */
  interface Sources {
    List<CopyOrder.Source> of(Group group, ChunkId chunk, NodeId not);
  }

  private record Retry(CopyOrder order, long atNanos) {}

  /** What one joining server still needs. */
  private static final class Receiver {
    long nextSequence;
    boolean listed;
    final ArrayDeque<Tables.Chunk> page = new ArrayDeque<>();
    final ArrayDeque<Retry> retries = new ArrayDeque<>();
    final Set<ChunkId> outstanding = new HashSet<>();

    boolean isDone() {
      return listed && page.isEmpty() && retries.isEmpty() && outstanding.isEmpty();
    }
  }

  final Kind kind;
  private final Tables tables;
  private final CommandLog commands;
  private final CopyBoard board;
  private final BadReplicas bad;
  private final Sources sources;
  private final Map<NodeId, Receiver> receivers = new LinkedHashMap<>();
  private Group group;
  private Phase phase = Phase.SEALING;
  private long copiedBytes;
  private String aborted = "";

  /**
   * @param group as the state has it: closed, with who joins and leaves
   */
  GroupChange(
      Group group,
      Kind kind,
      Tables tables,
      CommandLog commands,
      CopyBoard board,
      BadReplicas bad,
      Sources sources) {
    this.group = group;
    this.kind = kind;
    this.tables = tables;
    this.commands = commands;
    this.board = board;
    this.bad = bad;
    this.sources = sources;
    group.joining().forEach(node -> receivers.put(node, new Receiver()));
  }

  Group group() {
    return group;
  }

  Phase phase() {
    return phase;
  }

  boolean isOver() {
    return phase == Phase.DONE || phase == Phase.ABORTED;
  }

  /** Bytes that every joining server together has got so far. */
  long copiedBytes() {
    return copiedBytes;
  }

  /** Why it was given up. */
  String whyAborted() {
    return aborted;
  }

  /** Goes on as far as it can now. */
  void step(boolean written, long nowNanos) {
    if (phase == Phase.SEALING && !written) {
      phase = Phase.COPYING;
    }
    if (phase == Phase.COPYING) {
      receivers.forEach((node, receiver) -> fill(node, receiver, nowNanos));
      if (receivers.values().stream().allMatch(Receiver::isDone)) {
        commit();
      }
    }
  }

  private void fill(NodeId node, Receiver receiver, long nowNanos) {
    while (!receiver.retries.isEmpty()
        && receiver.retries.element().atNanos - nowNanos <= 0
        && board.hasRoom(node, kind)) {
      CopyOrder again = receiver.retries.remove().order;
      if (tables.findChunk(again.chunk()) != null) {
        offer(node, receiver, again.chunk(), again.length());
      }
    }
    while (board.hasRoom(node, kind)) {
      if (receiver.page.isEmpty()) {
        if (receiver.listed) {
          return;
        }
        List<Tables.Chunk> next = tables.chunks(group.id(), receiver.nextSequence, PAGE);
        receiver.listed = next.size() < PAGE;
        if (!next.isEmpty()) {
          receiver.nextSequence = next.get(next.size() - 1).id().sequence();
        }
        next.stream().filter(c -> c.state().length() > 0).forEach(receiver.page::add);
        continue;
      }
      Tables.Chunk chunk = receiver.page.remove();
      offer(node, receiver, chunk.id(), chunk.state().length());
    }
  }

  private void offer(NodeId node, Receiver receiver, ChunkId chunk, int length) {
    CopyOrder order = new CopyOrder(chunk, length, sources.of(group, chunk, node));
    if (!order.sources().isEmpty() && board.offer(this, kind, node, order)) {
      receiver.outstanding.add(chunk);
    } else {
      later(receiver, order);
    }
  }

  private static void later(Receiver receiver, CopyOrder order) {
    receiver.retries.add(new Retry(order, System.nanoTime() + RETRY_NANOS));
  }

  /** Takes up what a joining server has done. */
  void finished(Finished done) {
    Receiver receiver = receivers.get(done.target());
    if (receiver == null || isOver() || !receiver.outstanding.remove(done.order().chunk())) {
      return;
    }
    ChunkId chunk = done.order().chunk();
    copiedBytes += Math.max(0, done.result().copiedBytes());
    if (tables.findChunk(chunk) == null) {
      return;
    }
    for (NodeId source : done.result().bad()) {
      report(chunk, source, "it could not be copied to " + done.target());
    }
    switch (done.result().outcome()) {
      case DONE -> {}
      case UNREACHABLE -> later(receiver, done.order());
      case NO_GOOD_COPY ->
          report(chunk, done.target(), "no server had a good copy: " + done.result().problem());
      case CANNOT_KEEP -> abort(done.target() + " cannot keep it: " + done.result().problem());
    }
  }

  private void report(ChunkId chunk, NodeId node, String reason) {
    bad.report(chunk, node, reason)
        .exceptionally(
            failure -> {
              log.warn("a bad copy of chunk {} was not kept in mind", chunk, failure);
              return null;
            });
  }

  private void commit() {
    phase = Phase.COMMITTING;
    List<NodeId> members = new ArrayList<>(group.members());
    members.removeAll(group.leaving());
    members.addAll(group.joining());
    change(group.settled(List.copyOf(members)), Phase.DONE);
  }

  /** Gives up; the group is opened as it is. */
  void abort(String why) {
    if (isOver()) {
      return;
    }
    aborted = why;
    board.cancel(this);
    change(group.settled(group.members()), Phase.ABORTED);
  }

  private void change(Group wanted, Phase then) {
    try {
      commands.submit(new Command.ChangeGroup(wanted), false).join();
      phase = then;
    } catch (RuntimeException e) {
      FsException failure = FsException.of(e);
      log.warn("{} could not be changed: {}", group.id(), failure.getMessage());
      // Another epoch: somebody else changed it, so this task is about nothing any more.
      phase = failure.errno() == Errno.ESTALE ? Phase.ABORTED : Phase.COPYING;
    }
  }
}
