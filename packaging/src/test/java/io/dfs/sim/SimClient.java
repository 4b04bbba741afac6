package io.dfs.sim;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A mount with one program that writes, syncs and deletes its files, one operation after the other,
 * by the rules of {@code ChunkWriter}: append through the chain, commit what all have; after a
 * failure give the chunk up and write to another; repeat a mutation with its number until it is
 * answered.
 */
final class SimClient extends World.Node {
  static final int CELL = Expected.CELL;
  private static final int MAX_CHUNK = 256 << 10;
  private static final int TRIES = 12;

  /** A file that this client made, and what it may hold. */
  static final class File {
    final InodeId inode;
    final String name;
    final Expected expected = new Expected();
    final Map<ChunkId, Integer> unsynced = new HashMap<>();
    boolean deleted;

    /** Rises when an operation on it begins and ends, so that a reader sees whether one did. */
    int changes;

    File(InodeId inode, String name) {
      this.inode = inode;
      this.name = name;
    }
  }

  private final World world;
  private final SimNameserver nameserver;
  private final Function<NodeId, SimDataserver> servers;
  final List<File> files = new ArrayList<>();
  final List<File> deletedFiles = new ArrayList<>();
  private @Nullable SessionId session;
  private long sequence;
  private @Nullable ChunkId chunk;
  private List<NodeId> members = List.of();
  private int length;
  private final List<ChunkId> sealed = new ArrayList<>();
  private List<NodeId> avoid = List.of();
  private int stamps;
  boolean stopping;
  int operations;

  SimClient(
      World world, SimNameserver nameserver, Function<NodeId, SimDataserver> servers, int number) {
    super("client" + number);
    this.world = world;
    this.nameserver = nameserver;
    this.servers = servers;
    this.stamps = number * 1_000_000;
  }

  void next() {
    if (stopping) {
      return;
    }
    operations++;
    world.later(this, 1 + world.random.nextInt(30), this::operate);
  }

  private void operate() {
    if (session == null) {
      world.<SessionId>call(
          this,
          nameserver,
          nameserver::session,
          (opened, failure) -> {
            session = opened;
            sequence = 0;
            chunk = null;
            sealed.clear();
            next();
          });
    } else if (files.size() < 2 || (files.size() < 5 && world.chance(0.1))) {
      create();
    } else {
      File file = files.get(world.random.nextInt(files.size()));
      int choice = world.random.nextInt(20);
      if (choice < 2) {
        delete(file);
      } else if (choice < 6) {
        sync(file);
      } else {
        write(file);
      }
    }
  }

  private RequestId request() {
    return new RequestId(java.util.Objects.requireNonNull(session), 0, ++sequence);
  }

  /** Repeats a mutation until it is answered. */
  private void mutate(
      Mutation mutation, boolean durable, BiConsumer<@Nullable Reply, @Nullable FsException> done) {
    mutate(mutation, durable, 40, done);
  }

  private void mutate(
      Mutation mutation,
      boolean durable,
      int tries,
      BiConsumer<@Nullable Reply, @Nullable FsException> done) {
    world.<Reply>call(
        this,
        nameserver,
        answer -> nameserver.mutate(mutation, durable, answer),
        (reply, failure) -> {
          if (failure != null && failure.errno() == Errno.ETIMEDOUT && tries > 0) {
            mutate(mutation, durable, tries - 1, done);
          } else {
            if (failure != null
                && (failure.errno() == Errno.ESTALE || failure.errno() == Errno.ETIMEDOUT)) {
              session = null;
            }
            done.accept(reply, failure);
          }
        });
  }

  private void create() {
    String name = this.name + "-" + files.size() + "-" + stamps++;
    mutate(
        new Mutation.Create(request(), Caller.ROOT, InodeId.ROOT, Name.of(name), 0644, true, false),
        false,
        (reply, failure) -> {
          if (reply instanceof Reply.Opened opened) {
            files.add(new File(opened.attr().inode(), name));
          }
          next();
        });
  }

  private void delete(File file) {
    files.remove(file);
    file.deleted = true;
    deletedFiles.add(file);
    mutate(
        new Mutation.Unlink(request(), Caller.ROOT, InodeId.ROOT, Name.of(file.name)),
        false,
        (reply, failure) -> next());
  }

  static byte[] fill(int stamp, int from, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * CELL);
    for (int i = 0; i < count; i++) {
      for (int at = 0; at < CELL; at += 8) {
        bytes.putInt(stamp).putInt(from + i);
      }
    }
    return bytes.array();
  }

  private void write(File file) {
    int from = world.random.nextInt(100);
    int count = 1 + world.random.nextInt(world.chance(0.3) ? 100 : 8);
    int stamp = ++stamps;
    file.expected.begun(from, count, stamp);
    file.changes++;
    write(file, new Range(from, count, stamp, file.expected.losses()), TRIES);
  }

  /**
   * Cells that are written.
   *
   * @param losses when it began: bytes that servers had then may be lost before they are committed
   */
  private record Range(int from, int count, int stamp, int losses) {}

  private void write(File file, Range range, int tries) {
    if (session == null || tries == 0) {
      next();
      return;
    }
    int bytes = range.count * CELL;
    ChunkId to = chunk;
    if (to == null || length + bytes > MAX_CHUNK) {
      giveUp(List.of());
      allocate(() -> write(file, range, tries - 1));
      return;
    }
    int at = length;
    List<SimDataserver> chain = members.stream().map(servers).toList();
    world.<Integer>call(
        this,
        chain.get(0),
        answer ->
            chain
                .get(0)
                .append(
                    to,
                    at,
                    fill(range.stamp, range.from, range.count),
                    chain.subList(1, chain.size()),
                    answer),
        (end, failure) -> {
          if (failure != null) {
            giveUp(members.subList(0, 1));
            write(file, range, tries - 1);
            return;
          }
          length = at + bytes;
          commit(file, new Extent((long) range.from * CELL, bytes, to, at), range);
        });
  }

  private void commit(File file, Extent extent, Range range) {
    file.unsynced.merge(extent.chunk(), extent.chunkOffset() + extent.length(), Math::max);
    List<ChunkId> done = List.copyOf(sealed);
    mutate(
        new Mutation.Commit(
            request(),
            file.inode,
            List.of(extent),
            new Timestamp(world.now(), 0),
            done,
            false,
            false),
        false,
        (reply, failure) -> {
          world.note(
              "%s commits %s of %s as %d: %s",
              name,
              extent,
              file.name,
              range.stamp,
              failure == null ? "done" : failure.getMessage());
          if (failure == null) {
            sealed.removeAll(done);
            file.expected.acknowledged(range.from, range.count, range.stamp, range.losses);
            file.changes++;
          }
          next();
        });
  }

  private void giveUp(List<NodeId> failed) {
    if (chunk != null) {
      sealed.add(chunk);
    }
    chunk = null;
    avoid = failed;
  }

  private void allocate(Runnable then) {
    mutate(
        new Mutation.AllocateChunk(request(), nameserver.settings(), avoid),
        false,
        (reply, failure) -> {
          if (reply instanceof Reply.ChunkAllocated made) {
            chunk = made.chunk();
            members = made.group().members();
            length = 0;
          }
          avoid = List.of();
          then.run();
        });
  }

  private void sync(File file) {
    file.changes++;
    int losses = file.expected.losses();
    Map<ChunkId, Integer> wanted = Map.copyOf(file.unsynced);
    sync(
        new ArrayList<>(new java.util.TreeMap<>(wanted).entrySet()),
        good -> {
          if (!good || session == null) {
            next();
            return;
          }
          mutate(
              new Mutation.Commit(request(), file.inode, List.of(), null, List.of(), true, false),
              true,
              (reply, failure) -> {
                if (failure == null) {
                  wanted.keySet().forEach(file.unsynced::remove);
                  file.expected.synced(losses);
                }
                next();
              });
        });
  }

  private void sync(List<Map.Entry<ChunkId, Integer>> left, Consumer<Boolean> done) {
    if (left.isEmpty()) {
      done.accept(true);
      return;
    }
    Map.Entry<ChunkId, Integer> each = left.remove(0);
    List<SimDataserver> chain = nameserver.members(each.getKey()).stream().map(servers).toList();
    world.<Integer>call(
        this,
        chain.get(0),
        answer ->
            chain
                .get(0)
                .sync(each.getKey(), each.getValue(), chain.subList(1, chain.size()), answer),
        (end, failure) -> {
          if (failure == null) {
            sync(left, done);
          } else {
            done.accept(false);
          }
        });
  }
}
