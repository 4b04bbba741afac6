package io.dfs.nameserver.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.BadCopy;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.ClusterRequest.Capacity;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.op.StateMachine;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.NewerChunks;
import io.dfs.nameserver.state.Server;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Transaction;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HoldingsTest {
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);
  private static final NodeId LEFT = new NodeId(3);
  private static final GroupId GROUP = new GroupId(1);
  private static final ChunkId CHUNK = ChunkId.of(GROUP, 5);

  private final Overlay view = new Overlay(new MemoryStore());
  private final Tables tables = new Tables(view);
  private Registry registry;
  private Holdings holdings;

  @BeforeEach
  void begin() {
    Transaction tx = new Transaction(view);
    tx.putGroup(new Group(GROUP, 2, 1, List.of(A, B)));
    tx.set(Counter.CHUNK, 10);
    tx.putChunk(CHUNK, new ChunkState(100, 100, SessionId.NONE));
    registry = new Registry(tables, new Registry.Patience(100, 200, 1000), 1, 0);
    holdings = new Holdings(tables, registry);
    for (NodeId node : List.of(A, B, LEFT)) {
      online(node);
      registry.audited(node);
    }
    registry.groupChanged(tables.findGroup(GROUP), 0);
  }

  private void online(NodeId node) {
    Server server =
        new Server("t" + node, "h" + node, "h", "", "v", 10, 0, 10, 0, ServerWish.NONE, 0);
    registry.registered(node, server, 0, 0, 0);
  }

  private void change(Group group) {
    StateMachine.apply(view, new Command.ChangeGroup(group));
    registry.groupChanged(tables.findGroup(GROUP), 0);
  }

  private List<ChunkId> garbage(NodeId node, ChunkId... chunks) {
    return holdings.garbage(new ClusterRequest.Inventory(node, List.of(chunks)));
  }

  @Test
  void whatAServerHasOutsideAWholeGroupIsGarbageAndWhatAMemberHasIsNot() {
    assertEquals(List.of(CHUNK), garbage(LEFT, CHUNK));
    assertEquals(List.of(), garbage(A, CHUNK));
  }

  @Test
  void aChunkThatNothingRefersToIsGarbageButNotOneFromTheFutureOrOfAnUnknownGroup() {
    ChunkId forgotten = ChunkId.of(GROUP, 6);
    assertEquals(List.of(forgotten), garbage(A, forgotten));
    assertEquals(List.of(), garbage(A, ChunkId.of(GROUP, 11)));
    assertEquals(List.of(), garbage(A, ChunkId.of(new GroupId(9), 6)));
  }

  @Test
  void whatWasMadeAfterABackupThatWasRestoredIsKept() {
    ChunkId newer = ChunkId.of(GROUP, 6);
    NewerChunks range = new NewerChunks(5, 8, Timestamp.EPOCH);
    new Transaction(view).putNewer(range);
    assertEquals(List.of(), garbage(A, newer));
    new Transaction(view).deleteNewer(range);
    assertEquals(List.of(newer), garbage(A, newer));
  }

  @Test
  void aCopyTooMuchStaysWhileAMemberIsSilent() {
    registry.tick(150_000_000, 0);
    assertEquals(List.of(), garbage(LEFT, CHUNK));
    registry.heartbeat(A, new Capacity(1, 0, 1, 0, 0), 150_000_000, 0);
    assertEquals(List.of(), garbage(LEFT, CHUNK));
    registry.heartbeat(B, new Capacity(1, 0, 1, 0, 0), 150_000_000, 0);
    assertEquals(List.of(CHUNK), garbage(LEFT, CHUNK));
  }

  @Test
  void aCopyTooMuchStaysUntilEveryMemberHasComparedWhatItHas() {
    online(B);
    assertEquals(List.of(), garbage(LEFT, CHUNK));
    registry.audited(B);
    assertEquals(List.of(CHUNK), garbage(LEFT, CHUNK));
  }

  @Test
  void aFailedDiskOfAMemberMakesItCompareAgainBeforeAnythingIsDeleted() {
    registry.heartbeat(B, new Capacity(1, 0, 1, 0, 1), 0, 0);
    assertEquals(List.of(), garbage(LEFT, CHUNK));
  }

  @Test
  void aCopyTooMuchStaysAndServesAsASourceWhileAMembersCopyIsBad() {
    StateMachine.apply(view, new Command.ReportBad(List.of(new BadCopy(CHUNK, B, "test"))));
    assertEquals(List.of(), garbage(LEFT, CHUNK));
    assertEquals(List.of(LEFT), holdings.strays(CHUNK));
    StateMachine.apply(view, new Command.ClearBad(CHUNK, B));
    assertEquals(List.of(CHUNK), garbage(LEFT, CHUNK));
  }

  @Test
  void aCopyTooMuchStaysWhileTheGroupChangesOrHasTooFewMembers() {
    change(tables.findGroup(GROUP).moving(List.of(LEFT), List.of(B)));
    assertEquals(List.of(), garbage(LEFT, CHUNK));
    assertEquals(List.of(), garbage(new NodeId(4), CHUNK));
    change(tables.findGroup(GROUP).settled(List.of(A)));
    assertEquals(List.of(), garbage(LEFT, CHUNK));
  }

  @Test
  void aMemberIsToldWhatIsCommittedOfTheChunksOfItsGroupsPageByPage() {
    Transaction tx = new Transaction(view);
    tx.putChunk(ChunkId.of(GROUP, 7), new ChunkState(1, 50, SessionId.NONE));
    tx.putChunk(ChunkId.of(GROUP, 8), new ChunkState(1, 60, new SessionId(1)));
    tx.putChunk(ChunkId.of(GROUP, 9), new ChunkState(0, 0, new SessionId(1)));
    Reply.ExpectedChunks first =
        holdings.expected(new ClusterRequest.Expected(A, new ChunkId(0), 1));
    assertEquals(List.of(CHUNK), first.chunks());
    assertEquals(100, first.lengths()[0]);
    Reply.ExpectedChunks rest = holdings.expected(new ClusterRequest.Expected(A, CHUNK, 10));
    assertEquals(List.of(ChunkId.of(GROUP, 7), ChunkId.of(GROUP, 8)), rest.chunks());
    assertEquals(60, rest.lengths()[1]);
    assertTrue(rest.end());
    assertEquals(
        List.of(),
        holdings.expected(new ClusterRequest.Expected(LEFT, new ChunkId(0), 10)).chunks());
  }
}
