package io.dfs.nameserver.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dfs.common.error.Errno;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules that random operations of the super-user do not meet. */
final class OperationsTest {
  private static final Caller ANN = new Caller(100, 100, new int[0], false);
  private static final Caller BOB = new Caller(200, 200, new int[] {300}, false);

  private final Overlay view = new Overlay(new MemoryStore());
  private SessionId session;
  private long sequence;

  @BeforeEach
  void format() {
    run(new Command.Format("c", new DataSettings(1 << 20, 1), 0, 0, Timestamp.EPOCH));
    run(new Command.AddGroups(1, List.of(List.of(new NodeId(1))), 0));
    session =
        ((Reply.SessionOpened) run(new Command.BeginSession("", Timestamp.EPOCH)).reply())
            .session();
  }

  private StateMachine.Outcome run(Command command) {
    return StateMachine.apply(view, command);
  }

  private StateMachine.Outcome mutate(Mutation m) {
    return run(new Command.Mutate(m, new Timestamp(++sequence, 0), new GroupId(1)));
  }

  private RequestId id() {
    return new RequestId(session, 0, ++sequence);
  }

  private static Errno errno(StateMachine.Outcome outcome) {
    return outcome.failure() == null ? null : outcome.failure().errno();
  }

  private Attr mkdir(Caller caller, String name, int mode) {
    return ((Reply.Node)
            mutate(new Mutation.Mkdir(id(), caller, InodeId.ROOT, Name.of(name), mode)).reply())
        .attr();
  }

  private StateMachine.Outcome create(Caller caller, InodeId parent, String name, int mode) {
    return mutate(new Mutation.Create(id(), caller, parent, Name.of(name), mode, true, false));
  }

  private static Attr opened(StateMachine.Outcome outcome) {
    return ((Reply.Opened) outcome.reply()).attr();
  }

  private StateMachine.Outcome setattr(
      Caller caller, InodeId inode, Integer mode, Integer uid, Integer gid, Long size) {
    return mutate(
        new Mutation.SetAttr(id(), caller, inode, mode, uid, gid, size, null, null, false, false));
  }

  @Test
  void inAStickyDirectoryOnlyTheOwnersRemove() {
    InodeId tmp = mkdir(Caller.ROOT, "tmp", 01777).inode();
    create(ANN, tmp, "a", 0666);
    Mutation.Unlink byBob = new Mutation.Unlink(id(), BOB, tmp, Name.of("a"));
    assertEquals(Errno.EPERM, errno(mutate(byBob)));
    assertEquals(
        Errno.EPERM,
        errno(mutate(new Mutation.Rename(id(), BOB, tmp, Name.of("a"), tmp, Name.of("b"), 0))));
    assertNull(errno(mutate(new Mutation.Unlink(id(), ANN, tmp, Name.of("a")))));
  }

  @Test
  void withoutPermissionNothingIsMadeUnlessTheKernelHasChecked() {
    assertEquals(Errno.EACCES, errno(create(ANN, InodeId.ROOT, "f", 0644)));
    Caller checked = new Caller(100, 100, new int[0], true);
    assertEquals(100, opened(create(checked, InodeId.ROOT, "f", 0644)).uid());
  }

  @Test
  void aSetgidDirectoryHandsDownItsGroup() {
    InodeId d = mkdir(Caller.ROOT, "d", 0777).inode();
    setattr(Caller.ROOT, d, 02777, null, 300, null);
    assertEquals(300, opened(create(ANN, d, "f", 0644)).gid());
    Attr sub =
        ((Reply.Node) mutate(new Mutation.Mkdir(id(), ANN, d, Name.of("s"), 0755)).reply()).attr();
    assertEquals(300, sub.gid());
    assertEquals(02755, sub.mode());
  }

  @Test
  void onlyTheOwnerChangesModeAndNobodyGivesAway() {
    InodeId d = mkdir(Caller.ROOT, "d", 0777).inode();
    InodeId f = opened(create(ANN, d, "f", 0755)).inode();
    assertEquals(Errno.EPERM, errno(setattr(BOB, f, 0777, null, null, null)));
    assertEquals(Errno.EPERM, errno(setattr(ANN, f, null, 200, null, null)));
    assertEquals(Errno.EPERM, errno(setattr(ANN, f, null, null, 300, null)));
    setattr(Caller.ROOT, f, 06755, null, null, null);
    Attr given = ((Reply.Node) setattr(Caller.ROOT, f, null, 200, 300, null).reply()).attr();
    assertEquals(0755, given.mode(), "set-id bits go with a change of owner");
    assertEquals(Errno.EACCES, errno(setattr(ANN, f, null, null, null, 5L)));
  }

  @Test
  void extentsThatCannotBeAreRefusedAndChangeNothing() {
    InodeId f = opened(create(Caller.ROOT, InodeId.ROOT, "f", 0644)).inode();
    ChunkId chunk = allocate();
    ChunkId unknown = ChunkId.of(new GroupId(1), 99);
    assertEquals(Errno.EINVAL, errno(commit(f, new Extent(0, 0, chunk, 0))));
    assertEquals(Errno.EINVAL, errno(commit(f, new Extent(-1, 5, chunk, 0))));
    assertEquals(Errno.EINVAL, errno(commit(f, new Extent(0, Integer.MAX_VALUE, chunk, 5))));
    assertEquals(Errno.EINVAL, errno(commit(f, new Extent(0, 5, unknown, 0))));
    assertEquals(Errno.EFBIG, errno(commit(f, new Extent(Long.MAX_VALUE - 3, 5, chunk, 0))));
    assertEquals(
        Errno.EINVAL, errno(commit(f, new Extent(0, 5, chunk, 0), new Extent(9, 5, unknown, 0))));
    assertEquals(0, new Tables(view).inode(f).size());
    Invariants.check(view);
  }

  private ChunkId allocate() {
    return ((Reply.ChunkAllocated)
            mutate(new Mutation.AllocateChunk(id(), new DataSettings(1 << 20, 1), List.of()))
                .reply())
        .chunk();
  }

  private StateMachine.Outcome commit(InodeId inode, Extent... extents) {
    return mutate(
        new Mutation.Commit(
            id(), inode, List.of(extents), Timestamp.EPOCH, List.of(), false, false));
  }

  @Test
  void aLongLayoutIsCutAtOnceAndWorkedOffInSteps() {
    InodeId f = opened(create(Caller.ROOT, InodeId.ROOT, "f", 0644)).inode();
    ChunkId chunk = allocate();
    List<Extent> holes = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      holes.add(new Extent(10L * i, 1, chunk, i));
    }
    commit(f, holes.toArray(new Extent[0]));
    setattr(Caller.ROOT, f, null, null, null, 0L);
    Tables tables = new Tables(view);
    assertEquals(0, tables.inode(f).allocated());
    commit(f, new Extent(3, 4, chunk, 9000));
    assertEquals(
        List.of(new Extent(3, 4, chunk, 9000)),
        tables.extents(tables.inode(f).tree(), 0, Long.MAX_VALUE, 10));
    Invariants.check(view);
    int steps = 0;
    while (!tables.purges(1).isEmpty()) {
      run(new Command.PurgeTree(tables.purges(1).get(0)));
      Invariants.check(view);
      steps++;
    }
    assertEquals(3, steps);
    assertEquals(4, tables.findChunk(chunk).live());
  }

  @Test
  void theLongEndOfALayoutIsCutAtOnceAndNothingIsWrittenThereUntilItIsWorkedOff() {
    InodeId f = opened(create(Caller.ROOT, InodeId.ROOT, "f", 0644)).inode();
    ChunkId chunk = allocate();
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      extents.add(new Extent(10L * i, 3, chunk, 3 * i));
    }
    commit(f, extents.toArray(new Extent[0]));
    Attr cut = ((Reply.Node) setattr(Caller.ROOT, f, null, null, null, 52L).reply()).attr();
    assertEquals(52, cut.sizeBytes());
    setattr(Caller.ROOT, f, null, null, null, 30_000L);
    Tables tables = new Tables(view);
    List<Extent> left = new ArrayList<>(extents.subList(0, 5));
    left.add(new Extent(50, 2, chunk, 15));
    assertEquals(left, FileLayout.part(tables, tables.inode(f), 0, 100).extents());
    assertEquals(List.of(), FileLayout.part(tables, tables.inode(f), 52, 100).extents());
    assertNull(errno(commit(f, new Extent(0, 1, chunk, 9000))), "before the cut there is no wait");
    Mutation.Commit behind =
        new Mutation.Commit(
            id(),
            f,
            List.of(new Extent(20_000, 7, chunk, 9100)),
            Timestamp.EPOCH,
            List.of(),
            false,
            false);
    int steps = 0;
    while (errno(mutate(behind)) == Errno.EAGAIN) {
      Invariants.check(view);
      run(new Command.PurgeTree(tables.purges(1).get(0)));
      steps++;
    }
    assertEquals(3, steps);
    assertEquals(List.of(), tables.purges(1));
    assertEquals(5 * 3 + 2 + 7, tables.inode(f).allocated());
    assertEquals(
        List.of(new Extent(20_000, 7, chunk, 9100)),
        FileLayout.part(tables, tables.inode(f), 52, 100).extents());
    run(new Command.PurgeTree(tables.inode(f).tree()));
    assertEquals(5 * 3 + 2 + 7, tables.inode(f).allocated(), "asked for once too often");
    Invariants.check(view);
  }

  @Test
  void manyLongFilesAreRemovedInSteps() {
    List<InodeId> files = new ArrayList<>();
    ChunkId chunk = allocate();
    for (int f = 0; f < 4; f++) {
      InodeId file = opened(create(Caller.ROOT, InodeId.ROOT, "f" + f, 0644)).inode();
      List<Extent> extents = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        extents.add(new Extent(10L * i, 1, chunk, 600 * f + i));
      }
      commit(file, extents.toArray(new Extent[0]));
      mutate(new Mutation.Unlink(id(), Caller.ROOT, InodeId.ROOT, Name.of("f" + f)));
      files.add(file);
    }
    Tables tables = new Tables(view);
    run(new Command.Purge(files));
    Invariants.check(view);
    assertEquals(2400 - SetAttr.MAX_CUT_EXTENTS, tables.findChunk(chunk).live());
    while (!tables.purges(1).isEmpty()) {
      run(new Command.PurgeTree(tables.purges(1).get(0)));
      Invariants.check(view);
    }
    assertEquals(0, tables.findChunk(chunk).live());
  }

  @Test
  void anEndedSessionSealsItsChunksAndRefusesRequests() {
    InodeId f = opened(create(Caller.ROOT, InodeId.ROOT, "f", 0644)).inode();
    ChunkId used = allocate();
    ChunkId empty = allocate();
    commit(f, new Extent(0, 5, used, 0));
    run(new Command.EndSession(session));
    Tables tables = new Tables(view);
    assertEquals(SessionId.NONE, tables.findChunk(used).writer());
    assertNull(tables.findChunk(empty));
    assertEquals(List.of(empty), tables.garbage(new NodeId(1), 0, 10));
    assertEquals(Errno.ESTALE, errno(commit(f, new Extent(0, 5, used, 0))));
    assertFalse(tables.inode(f).allocated() == 0);
  }
}
