package io.dfs.nameserver.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A fresh tree to try one operation on; every step checks the invariants. Confined to a test. */
final class Tree {
  static final InodeId ROOT = InodeId.ROOT;
  static final Caller ANN = new Caller(100, 100, new int[0], false);
  static final Caller BOB = new Caller(200, 200, new int[0], false);

  private final Overlay view = new Overlay(new MemoryStore());
  private final SessionId session;
  private long sequence;

  Tree() {
    this(0);
  }

  /** With a trash that keeps what is deleted for so long. */
  Tree(long trashSeconds) {
    run(new Command.Format("c", new DataSettings(1 << 20, 1), 0, 0, trashSeconds, Timestamp.EPOCH));
    run(new Command.AddGroups(1, List.of(List.of(new NodeId(1))), 0));
    session = session();
  }

  SessionId session() {
    return ((Reply.SessionOpened) run(new Command.BeginSession("", Timestamp.EPOCH)).reply())
        .session();
  }

  StateMachine.Outcome run(Command command) {
    StateMachine.Outcome outcome = StateMachine.apply(view, command);
    Invariants.check(view);
    return outcome;
  }

  RequestId id() {
    return new RequestId(session, 0, ++sequence);
  }

  /** Lets time pass. */
  void pass(int seconds) {
    sequence += seconds;
  }

  /** The time of the latest mutation. */
  Timestamp now() {
    return new Timestamp(sequence, 0);
  }

  private StateMachine.Outcome outcome(Mutation m) {
    return run(new Command.Mutate(m, new Timestamp(sequence, 0), new GroupId(1)));
  }

  Reply done(Mutation m) {
    StateMachine.Outcome outcome = outcome(m);
    assertNull(outcome.failure(), () -> String.valueOf(outcome.failure()));
    return outcome.reply();
  }

  void refused(Errno errno, Mutation m) {
    StateMachine.Outcome outcome = outcome(m);
    assertEquals(errno, outcome.failure() == null ? null : outcome.failure().errno());
  }

  Tables tables() {
    return new Tables(view);
  }

  Inode inode(InodeId id) {
    return tables().inode(id);
  }

  @Nullable InodeId find(InodeId parent, String name) {
    var dentry = tables().findDentry(parent, Name.of(name));
    return dentry == null ? null : dentry.child();
  }

  InodeId mkdir(InodeId parent, String name, int mode) {
    return ((Reply.Node) done(new Mutation.Mkdir(id(), Caller.ROOT, parent, Name.of(name), mode)))
        .attr()
        .inode();
  }

  InodeId mkdir(InodeId parent, String name) {
    return mkdir(parent, name, 0777);
  }

  InodeId create(Caller caller, InodeId parent, String name, int mode) {
    return ((Reply.Opened)
            done(new Mutation.Create(id(), caller, parent, Name.of(name), mode, true, false)))
        .attr()
        .inode();
  }

  InodeId create(InodeId parent, String name) {
    return create(Caller.ROOT, parent, name, 0644);
  }

  Mutation.Unlink unlink(Caller caller, InodeId parent, String name) {
    return new Mutation.Unlink(id(), caller, parent, Name.of(name));
  }

  Mutation.Rmdir rmdir(Caller caller, InodeId parent, String name) {
    return new Mutation.Rmdir(id(), caller, parent, Name.of(name));
  }

  Mutation.Link link(Caller caller, InodeId inode, InodeId parent, String name) {
    return new Mutation.Link(id(), caller, inode, parent, Name.of(name));
  }

  ChunkId allocate() {
    return allocate(id());
  }

  ChunkId allocate(RequestId request) {
    return ((Reply.ChunkAllocated)
            done(new Mutation.AllocateChunk(request, new DataSettings(1 << 20, 1), List.of())))
        .chunk();
  }

  Mutation.Commit commit(InodeId inode, Extent... extents) {
    return new Mutation.Commit(
        id(), inode, List.of(extents), Timestamp.EPOCH, List.of(), false, false);
  }

  static Attr attr(Reply reply) {
    return ((Reply.Node) reply).attr();
  }
}
