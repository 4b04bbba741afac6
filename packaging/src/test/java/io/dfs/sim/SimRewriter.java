package io.dfs.sim;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Tables.TreeExtent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Compaction that never rests: takes some extents of any files, copies them to a new chunk by the
 * rules of {@code rewrite.Copy}, and has the real {@code Relocate} exchange them, while their
 * owners write.
 */
final class SimRewriter extends World.Node {
  /** A reader's layout is old for less. */
  private static final int KEEP = 2000;

  private final World world;
  private final SimNameserver nameserver;
  private final Function<NodeId, SimDataserver> servers;
  private @Nullable SessionId session;
  private long sequence;
  boolean stopping;
  int moved;

  SimRewriter(World world, SimNameserver nameserver, Function<NodeId, SimDataserver> servers) {
    super("rewriter");
    this.world = world;
    this.nameserver = nameserver;
    this.servers = servers;
  }

  void next() {
    if (!stopping) {
      world.later(this, 100 + world.random.nextInt(100), this::begin);
    }
  }

  private void begin() {
    if (!nameserver.up) {
      next();
      return;
    }
    if (session == null) {
      sequence = 0;
      world.<SessionId>call(
          this,
          nameserver,
          nameserver::session,
          (opened, failure) -> {
            session = opened;
            next();
          });
      return;
    }
    List<TreeExtent> all = nameserver.tables().allExtents(null, 10_000);
    if (all.isEmpty()) {
      next();
      return;
    }
    int first = world.random.nextInt(all.size());
    List<TreeExtent> some =
        all.subList(first, Math.min(all.size(), first + 1 + world.random.nextInt(4)));
    RequestId request = new RequestId(session, 0, ++sequence);
    world.<Reply>call(
        this,
        nameserver,
        answer ->
            nameserver.mutate(
                new Mutation.AllocateChunk(request, nameserver.settings(), List.of()),
                false,
                answer),
        (reply, failure) -> {
          if (reply instanceof Reply.ChunkAllocated made) {
            copy(List.copyOf(some), 0, 0, made, new ArrayList<>());
          } else {
            fail();
          }
        });
  }

  private void fail() {
    session = null;
    next();
  }

  private void copy(
      List<TreeExtent> some,
      int index,
      int at,
      Reply.ChunkAllocated made,
      List<Command.Move> moves) {
    List<SimDataserver> chain = made.group().members().stream().map(servers).toList();
    List<SimDataserver> rest = chain.subList(1, chain.size());
    if (index == some.size()) {
      world.<Integer>call(
          this,
          chain.get(0),
          answer -> chain.get(0).sync(made.chunk(), at, rest, answer),
          (end, failure) -> {
            if (failure == null) {
              refer(moves);
            } else {
              fail();
            }
          });
      return;
    }
    Extent from = some.get(index).extent();
    read(
        from,
        nameserver.members(from.chunk()),
        bytes -> {
          if (bytes == null) {
            fail();
            return;
          }
          world.<Integer>call(
              this,
              chain.get(0),
              answer -> chain.get(0).append(made.chunk(), at, bytes, rest, answer),
              (end, failure) -> {
                if (failure != null) {
                  fail();
                  return;
                }
                moves.add(
                    new Command.Move(new InodeId(some.get(index).tree()), from, made.chunk(), at));
                copy(some, index + 1, at + bytes.length, made, moves);
              });
        });
  }

  private void read(
      Extent from, List<NodeId> holders, java.util.function.Consumer<byte @Nullable []> done) {
    if (holders.isEmpty()) {
      done.accept(null);
      return;
    }
    SimDataserver holder = servers.apply(holders.get(0));
    ChunkId chunk = from.chunk();
    world.<byte[]>call(
        this,
        holder,
        answer -> answer.accept(holder.read(chunk, from.chunkOffset(), from.length()), null),
        (bytes, failure) -> {
          if (bytes != null) {
            done.accept(bytes);
          } else {
            read(from, holders.subList(1, holders.size()), done);
          }
        });
  }

  private void refer(List<Command.Move> moves) {
    if (session == null) {
      next();
      return;
    }
    Command.Relocate command = new Command.Relocate(session, moves, world.now() + KEEP);
    world.<Reply>call(
        this,
        nameserver,
        answer -> nameserver.relocate(command, answer),
        (reply, failure) -> world.note("relocated: %s", failure == null ? "done" : failure));
    moved += moves.size();
    next();
  }
}
