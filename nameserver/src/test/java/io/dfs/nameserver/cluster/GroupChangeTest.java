package io.dfs.nameserver.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.CopyResult;
import io.dfs.common.message.CopyResult.Outcome;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.cluster.CopyBoard.Kind;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.op.StateMachine;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group keeps its members until those who join have all that it has. */
final class GroupChangeTest {
  private static final NodeId STAYS = new NodeId(1);
  private static final NodeId LEAVES = new NodeId(2);
  private static final NodeId JOINS = new NodeId(3);
  private static final GroupId GROUP = new GroupId(1);
  private static final int CHUNKS = 5;

  private final Overlay view = new Overlay(new MemoryStore());
  private final Tables tables = new Tables(view);
  private final CopyBoard board = new CopyBoard();
  private GroupChange change;

  private final CommandLog commands =
      new CommandLog() {
        @Override
        public CompletableFuture<Reply> submit(Command command, boolean durable) {
          StateMachine.Outcome outcome = StateMachine.apply(view, command);
          FsException failure = outcome.failure();
          return failure == null
              ? CompletableFuture.completedFuture(outcome.reply())
              : CompletableFuture.failedFuture(failure);
        }

        @Override
        public CompletableFuture<Void> sync() {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
      };

  @BeforeEach
  void begin() {
    Transaction tx = new Transaction(view);
    tx.putGroup(
        new Group(GROUP, 2, 1, List.of(STAYS, LEAVES)).moving(List.of(JOINS), List.of(LEAVES)));
    for (int i = 1; i <= CHUNKS; i++) {
      tx.putChunk(ChunkId.of(GROUP, i), new ChunkState(100, 100, SessionId.NONE));
    }
    change =
        new GroupChange(
            tables.findGroup(GROUP),
            Kind.REPAIR,
            tables,
            commands,
            board,
            new BadReplicas(commands, tables),
            (group, chunk, not) -> List.of(new CopyOrder.Source(STAYS, "s:1")));
  }

  private Group group() {
    return tables.findGroup(GROUP);
  }

  private List<CopyOrder> take() {
    return board.take(JOINS, CopyBoard.MAX_ORDERS, 0);
  }

  private void finish(CopyOrder order, Outcome outcome, NodeId... bad) {
    CopyResult result = new CopyResult(order.chunk(), outcome, 100, List.of(bad), "for a test");
    board.finish(JOINS, List.of(result));
    try {
      board.awaitFinished(0).forEach(change::finished);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theMembersChangeWhenTheLastCopyIsMadeAndNotBefore() {
    change.step(false, 0);
    List<CopyOrder> orders = new ArrayList<>(take());
    assertEquals(CHUNKS, orders.size());
    while (!orders.isEmpty()) {
      assertEquals(List.of(STAYS, LEAVES), group().members());
      assertTrue(group().closed());
      finish(orders.remove(0), Outcome.DONE);
      change.step(false, 0);
    }
    assertEquals(GroupChange.Phase.DONE, change.phase());
    assertEquals(List.of(STAYS, JOINS), group().members());
    assertFalse(group().closed());
  }

  @Test
  void nothingIsCopiedWhileSomebodyWrites() {
    change.step(true, 0);
    assertEquals(List.of(), take());
    assertEquals(GroupChange.Phase.SEALING, change.phase());
    change.step(false, 0);
    assertEquals(CHUNKS, take().size());
  }

  @Test
  void aCopyThatCouldNotBeMadeNowIsMadeLater() {
    change.step(false, 0);
    List<CopyOrder> orders = take();
    finish(orders.get(0), Outcome.UNREACHABLE);
    orders.subList(1, CHUNKS).forEach(order -> finish(order, Outcome.DONE));
    change.step(false, 0);
    assertEquals(List.of(STAYS, LEAVES), group().members());
    change.step(false, System.nanoTime() + 60_000_000_000L);
    List<CopyOrder> again = take();
    assertEquals(List.of(orders.get(0).chunk()), again.stream().map(CopyOrder::chunk).toList());
    finish(again.get(0), Outcome.DONE);
    change.step(false, 0);
    assertEquals(List.of(STAYS, JOINS), group().members());
  }

  @Test
  void aServerThatCannotKeepCopiesDoesNotBecomeAMember() {
    change.step(false, 0);
    finish(take().get(0), Outcome.CANNOT_KEEP);
    assertEquals(GroupChange.Phase.ABORTED, change.phase());
    assertEquals(List.of(STAYS, LEAVES), group().members());
    assertFalse(group().closed(), "it takes new chunks again");
  }

  @Test
  void badSourcesAndCopiesThatNobodyHasAreReported() {
    change.step(false, 0);
    List<CopyOrder> orders = take();
    finish(orders.get(0), Outcome.DONE, STAYS);
    finish(orders.get(1), Outcome.NO_GOOD_COPY);
    assertEquals(STAYS, tables.badCopies(orders.get(0).chunk()).get(0).node());
    assertEquals(JOINS, tables.badCopies(orders.get(1).chunk()).get(0).node());
  }
}
