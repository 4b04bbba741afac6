package io.dfs.sim;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Group;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.MemoryStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.op.FileLayout;
import io.dfs.nameserver.op.StateMachine;
import io.dfs.nameserver.placement.Candidate;
import io.dfs.nameserver.placement.GroupChoice;
import io.dfs.nameserver.placement.PlacementPlanner;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A nameserver: the real state machine over a store in memory with a log of its batches. A kill
 * keeps all batches; a power cut those that were synced and, as a log does, a prefix of the others.
 */
final class SimNameserver extends World.Node {
  private static final int SYNC_DELAY = 5;

  private final World world;
  private final int replicas;
  private final int servers;
  private MemoryStore store = new MemoryStore();
  private List<SortedMap<byte[], byte @Nullable []>> batches = new ArrayList<>();
  private int synced;

  SimNameserver(World world, int servers, int replicas) {
    super("ns");
    this.world = world;
    this.servers = servers;
    this.replicas = replicas;
    apply(new Command.Format("sim", settings(), 0, 0, Timestamp.EPOCH));
    List<List<NodeId>> groups = PlacementPlanner.plan(candidates(List.of()), List.of(), replicas);
    apply(new Command.AddGroups(replicas, groups, 0));
    synced = batches.size();
  }

  DataSettings settings() {
    return new DataSettings(1 << 20, replicas);
  }

  private List<Candidate> candidates(List<NodeId> avoid) {
    return IntStream.rangeClosed(1, servers)
        .mapToObj(NodeId::new)
        .map(id -> new Candidate(id, "host" + id.value(), "", 1L << 40, !avoid.contains(id)))
        .toList();
  }

  Tables tables() {
    return new Tables(store);
  }

  Reply apply(Command command) {
    Overlay view = new Overlay(store);
    StateMachine.Outcome outcome = StateMachine.apply(view, command);
    store.write(view.changes());
    batches.add(new TreeMap<>(view.changes()));
    for (Effect effect : outcome.effects()) {
      if (effect instanceof Effect.Orphaned orphaned) {
        world.later(this, 50, () -> apply(new Command.Purge(List.of(orphaned.inode()))));
      }
    }
    FsException failure = outcome.failure();
    if (failure != null) {
      throw failure;
    }
    return java.util.Objects.requireNonNull(outcome.reply());
  }

  /** Answers when all that was applied so far survives a power cut. */
  private <T> void synced(World.Answer<T> done, T reply) {
    int upTo = batches.size();
    world.later(
        this,
        SYNC_DELAY,
        () -> {
          synced = Math.max(synced, upTo);
          done.accept(reply, null);
        });
  }

  void kill() {
    up = false;
    life++;
  }

  void losePower() {
    kill();
    int left = synced + world.random.nextInt(batches.size() - synced + 1);
    world.note("the nameserver loses %d of %d batches", batches.size() - left, batches.size());
    batches = new ArrayList<>(batches.subList(0, left));
    store = new MemoryStore();
    batches.forEach(store::write);
    synced = left;
  }

  void start() {
    up = true;
    apply(new Command.SkipNumbers());
    synced = batches.size();
    // What has no name and is open by nobody that is still there.
    for (InodeId orphan : tables().orphans(new InodeId(0), 1000)) {
      world.later(this, 50, () -> apply(new Command.Purge(List.of(orphan))));
    }
  }

  void session(World.Answer<SessionId> done) {
    Reply reply = apply(new Command.BeginSession("sim", Timestamp.EPOCH));
    done.accept(((Reply.SessionOpened) reply).session(), null);
  }

  void mutate(Mutation mutation, boolean durable, World.Answer<Reply> done) {
    GroupId group =
        mutation instanceof Mutation.AllocateChunk allocate ? place(allocate.avoid()) : null;
    Reply reply = apply(new Command.Mutate(mutation, new Timestamp(world.now(), 0), group));
    if (durable) {
      synced(done, reply);
    } else {
      done.accept(reply, null);
    }
  }

  private GroupId place(List<NodeId> avoid) {
    return new GroupChoice(candidates(avoid), tables().groups(), replicas)
        .pick(world.random.nextDouble())
        .map(Group::id)
        .orElseThrow(() -> new FsException(Errno.ENOSPC, "no group"));
  }

  void relocate(Command.Relocate command, World.Answer<Reply> done) {
    world.note("relocates %s", command.moves());
    synced(done, apply(command));
  }

  void layout(InodeId inode, World.Answer<List<Extent>> done) {
    Inode found = tables().findInode(inode);
    if (found == null) {
      throw new FsException(Errno.ENOENT, "no inode " + inode);
    }
    done.accept(FileLayout.part(tables(), found, 0, 10_000).extents(), null);
  }

  /** As {@code ClusterService}: nobody deletes by a change that a power cut may take back. */
  void heartbeat(NodeId node, List<ChunkId> deleted, World.Answer<List<ChunkId>> done) {
    if (!deleted.isEmpty()) {
      apply(new Command.Deleted(node, deleted));
    }
    synced(done, tables().garbage(node, 0, 100));
  }

  void inventory(NodeId node, List<ChunkId> chunks, World.Answer<List<ChunkId>> done) {
    Tables tables = tables();
    long last = tables.counter(Counter.CHUNK);
    List<ChunkId> garbage = new ArrayList<>();
    for (ChunkId chunk : chunks) {
      Group group = tables.findGroup(chunk.group());
      if (chunk.sequence() <= last
          && group != null
          && group.members().contains(node)
          && tables.findChunk(chunk) == null) {
        garbage.add(chunk);
      }
    }
    synced(done, garbage);
  }

  /** Lets chunks go that were kept for readers. */
  void tick() {
    List<ChunkId> over =
        tables().kept(new ChunkId(0), 1000).entrySet().stream()
            .filter(each -> each.getValue() <= world.now())
            .map(java.util.Map.Entry::getKey)
            .toList();
    if (!over.isEmpty()) {
      apply(new Command.Unkeep(over));
    }
  }

  List<NodeId> members(ChunkId chunk) {
    Group group = tables().findGroup(chunk.group());
    return group == null ? List.of() : group.members();
  }
}
