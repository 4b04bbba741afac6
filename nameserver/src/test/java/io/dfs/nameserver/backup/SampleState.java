package io.dfs.nameserver.backup;

import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.BadCopy;
import io.dfs.common.message.Caller;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerWish;
import io.dfs.common.message.Severity;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.op.StateMachine;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Server;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A store with some of everything in it, changed by commands. Confined to a test. */
public final class SampleState {
  public final KeyValueStore store;
  private SessionId session;
  private long sequence;

  public SampleState(KeyValueStore store) {
    this.store = store;
  }

  public Reply run(Command command) {
    Overlay view = new Overlay(store);
    StateMachine.Outcome outcome = StateMachine.apply(view, command);
    if (outcome.failure() != null) {
      throw new FsException(
          outcome.failure().errno(), command + ": " + outcome.failure().getMessage());
    }
    store.write(view.changes());
    return outcome.reply();
  }

  public RequestId id() {
    return new RequestId(session, 0, ++sequence);
  }

  public Reply mutate(Mutation m) {
    return run(new Command.Mutate(m, new Timestamp(1_000_000 + sequence, 7), new GroupId(1)));
  }

  public void format() {
    run(
        new Command.Format(
            "the-cluster", new DataSettings(1 << 20, 2), 0, 0, 86_400, Timestamp.EPOCH));
    run(new Command.AddGroups(2, List.of(List.of(new NodeId(1), new NodeId(2))), 0));
    begin();
  }

  public SessionId begin() {
    session = ((Reply.SessionOpened) run(new Command.BeginSession("", Timestamp.EPOCH))).session();
    return session;
  }

  public InodeId mkdir(InodeId parent, Name name) {
    return ((Reply.Node) mutate(new Mutation.Mkdir(id(), Caller.ROOT, parent, name, 0755)))
        .attr()
        .inode();
  }

  public InodeId create(InodeId parent, String name) {
    return ((Reply.Opened)
            mutate(
                new Mutation.Create(id(), Caller.ROOT, parent, Name.of(name), 0644, true, false)))
        .attr()
        .inode();
  }

  public ChunkId allocate() {
    return ((Reply.ChunkAllocated)
            mutate(new Mutation.AllocateChunk(id(), new DataSettings(1 << 20, 2), List.of())))
        .chunk();
  }

  public void commit(InodeId file, boolean seal, Extent... extents) {
    List<ChunkId> sealed = seal ? List.of(extents[0].chunk()) : List.of();
    mutate(
        new Mutation.Commit(
            id(), file, List.of(extents), new Timestamp(5, 6), sealed, false, false));
  }

  /** Directories, files with extents, a symbolic link, an attribute, an open chunk, garbage. */
  public void fill() {
    format();
    InodeId d = mkdir(InodeId.ROOT, Name.of("d"));
    mkdir(d, new Name(new byte[] {(byte) 0xff, 'x'}));
    for (int i = 0; i < 50; i++) {
      InodeId f = create(d, "f" + i);
      ChunkId chunk = allocate();
      commit(f, i % 2 == 0, new Extent(i * 10L, 100, chunk, 0), new Extent(500, 50, chunk, 200));
    }
    mutate(new Mutation.Unlink(id(), Caller.ROOT, d, Name.of("f7")));
    mutate(
        new Mutation.Symlink(
            id(), Caller.ROOT, d, Name.of("l"), new byte[] {'/', (byte) 0xfe, 'y'}));
    mutate(
        new Mutation.SetXattr(
            id(), Caller.ROOT, d, Name.of("user.a"), new byte[] {0, 1, (byte) 200}, 0));
  }

  /** An unfinished conversion, a time for the trash, a drained server, a bad copy, an event. */
  public void askForThings() {
    InodeId d = mkdir(InodeId.ROOT, Name.of("asked"));
    mkdir(d, Name.of("below"));
    commit(create(d, "file"), true, new Extent(0, 100, allocate(), 0));
    mutate(new Mutation.SetSettings(id(), Caller.ROOT, d, 0, 3, true));
    run(new Command.ConvertBelow(d, d));
    mutate(new Mutation.SetTrash(id(), Caller.ROOT, d, 77));
    run(
        new Command.PutServer(
            NodeId.NONE,
            new Server("token", "h:1", "h", "rack", "v", 1000, 10, 900, 5, ServerWish.NONE, 0)));
    run(new Command.SetWish(new NodeId(1), ServerWish.MAINTAIN, 1_234_567));
    run(new Command.ReportBad(List.of(new BadCopy(allocate(), new NodeId(2), "gone"))));
    run(new Command.RecordEvent(Timestamp.EPOCH, Severity.WARN, "subject", "text"));
  }

  /** All rows of the tables with these letters. */
  public static List<String> rows(KeyValueReader reader, String tables) {
    List<String> rows = new ArrayList<>();
    for (char table : tables.toCharArray()) {
      try (Rows walk = Rows.of(reader, table)) {
        Row row;
        while ((row = walk.next()) != null) {
          rows.add(
              row instanceof Row.Other o
                  ? HexFormat.of().formatHex(o.key()) + HexFormat.of().formatHex(o.value())
                  : row instanceof Row.OfXattr x
                      ? x.inode() + " " + x.name() + HexFormat.of().formatHex(x.value())
                      : row instanceof Row.OfSymlink s
                          ? s.inode() + HexFormat.of().formatHex(s.target())
                          : row.toString());
        }
      }
    }
    return rows;
  }
}
