package io.dfs.nameserver.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.BadCopy;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.CopyResult;
import io.dfs.common.message.CopyResult.Outcome;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.op.StateMachine;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Transaction;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Single copies are replaced when that is safe, and forgotten when they are about nothing. */
final class BadRepairTest {
  private static final NodeId GOOD = new NodeId(1);
  private static final NodeId BAD = new NodeId(2);
  private static final GroupId GROUP = new GroupId(1);
  private static final ChunkId CHUNK = ChunkId.of(GROUP, 5);
  private static final SessionId WRITER = new SessionId(7);

  private final Overlay view = new Overlay(new MemoryStore());
  private final Tables tables = new Tables(view);
  private final CopyBoard board = new CopyBoard();
  private long now = System.nanoTime();

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

  private final BadRepair repair =
      new BadRepair(
          tables,
          commands,
          board,
          new Events(commands, tables),
          (group, chunk, not) -> List.of(new CopyOrder.Source(GOOD, "g:1")));

  @BeforeEach
  void begin() {
    Transaction tx = new Transaction(view);
    tx.putGroup(new Group(GROUP, 2, 1, List.of(GOOD, BAD)));
    put(SessionId.NONE);
    report(BAD);
  }

  private void put(SessionId writer) {
    new Transaction(view).putChunk(CHUNK, new ChunkState(100, 100, writer));
  }

  private void report(NodeId node) {
    StateMachine.apply(view, new Command.ReportBad(List.of(new BadCopy(CHUNK, node, "test"))));
  }

  private List<CopyOrder> plan() {
    now += 20_000_000_000L;
    repair.plan(now);
    return board.take(BAD, CopyBoard.MAX_ORDERS, now);
  }

  private void finish(Outcome outcome) throws InterruptedException {
    board.finish(BAD, List.of(new CopyResult(CHUNK, outcome, 100, List.of(), "test")));
    board.awaitFinished(0).forEach(repair::finished);
  }

  @Test
  void aBadCopyIsOrderedOnceAndForgottenWhenItIsReplaced() throws InterruptedException {
    List<CopyOrder> orders = plan();
    assertEquals(List.of(CHUNK), orders.stream().map(CopyOrder::chunk).toList());
    assertEquals(100, orders.get(0).length());
    assertEquals(List.of(), plan(), "it is under way");
    finish(Outcome.DONE);
    assertEquals(List.of(), tables.badCopies(CHUNK));
  }

  @Test
  void aChunkThatMayStillGrowIsLeftAloneUntilItIsSealed() {
    put(WRITER);
    assertEquals(List.of(), plan());
    assertEquals(1, tables.badCopies(CHUNK).size(), "and not forgotten");
    put(SessionId.NONE);
    assertEquals(1, plan().size());
  }

  @Test
  void whatCouldNotBeReplacedStaysKnownAndIsTriedAgain() throws InterruptedException {
    assertEquals(1, plan().size());
    finish(Outcome.NO_GOOD_COPY);
    assertEquals(1, tables.badCopies(CHUNK).size());
    assertEquals(1, plan().size());
  }

  @Test
  void whatIsAboutNothingIsNotTakenOrForgotten() {
    report(new NodeId(9));
    assertEquals(1, tables.badCopies(CHUNK).size(), "the server need not have a copy");
    new Transaction(view).putGroup(new Group(GROUP, 2, 2, List.of(GOOD, new NodeId(3))));
    assertEquals(List.of(), plan());
    assertEquals(List.of(), tables.badCopies(CHUNK));
  }
}
