package io.dfs.sim;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Extent;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Tables.TreeExtent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of a cluster under faults, and what must hold after it. Confined to a thread. */
final class Simulation {
  private static final int FAULTS_END = 4000;
  private static final int SETTLED = 7000;
  private static final int ROTTEN_AT_ONCE = 5;
  private static final int SERVERS = 4;
  private static final int CLIENTS = 2;

  private final World world;
  private final SimNameserver nameserver;
  private final List<SimDataserver> servers = new ArrayList<>();
  private final List<SimClient> clients = new ArrayList<>();
  private final SimRewriter rewriter;
  private final SimReader reader;

  /** The one whose bits rot: so all but one copy of everything stay good. */
  private final SimDataserver rotten;

  Simulation(long seed) {
    world = new World(seed);
    int replicas = 2 + world.random.nextInt(2);
    nameserver = new SimNameserver(world, SERVERS, replicas);
    for (int i = 1; i <= SERVERS; i++) {
      servers.add(new SimDataserver(world, i));
    }
    rotten = servers.get(world.random.nextInt(SERVERS));
    for (int i = 1; i <= CLIENTS; i++) {
      clients.add(new SimClient(world, nameserver, this::server, i));
    }
    rewriter = new SimRewriter(world, nameserver, this::server);
    reader = new SimReader(world, nameserver, this::server, clients);
  }

  private SimDataserver server(NodeId id) {
    return servers.get(id.value() - 1);
  }

  List<String> trace() {
    return world.trace();
  }

  /** How much was done, so that a run that does nothing is seen. */
  String summary() {
    return String.format(
        java.util.Locale.ROOT,
        "%d operations, %d extents moved, %d reads verified",
        clients.stream().mapToInt(c -> c.operations).sum(),
        rewriter.moved,
        reader.verified);
  }

  int operations() {
    return clients.stream().mapToInt(c -> c.operations).sum();
  }

  void run() {
    clients.forEach(SimClient::next);
    rewriter.next();
    reader.next();
    servers.forEach(s -> world.later(50, () -> beat(s, List.of(), 0)));
    world.later(100, this::tick);
    world.later(200, this::fault);
    world.runUntil(FAULTS_END);
    heal();
    clients.forEach(c -> c.stopping = true);
    rewriter.stopping = true;
    reader.stopping = true;
    world.runUntil(SETTLED);
    repair();
    check();
  }

  private void tick() {
    if (nameserver.up) {
      nameserver.tick();
    }
    world.later(100, this::tick);
  }

  private void beat(SimDataserver server, List<ChunkId> deleted, int count) {
    world.later(100, () -> beat(server, List.of(), count + 1));
    if (!server.up) {
      return;
    }
    World.Answer<List<ChunkId>> delete =
        (chunks, failure) -> {
          if (chunks != null) {
            chunks.forEach(server::delete);
            if (count % 2 == 0 && !chunks.isEmpty()) {
              world.<List<ChunkId>>call(
                  server,
                  nameserver,
                  answer -> nameserver.heartbeat(server.id, chunks, answer),
                  (more, lost) -> {});
            }
          }
        };
    if (count % 10 == 9) {
      List<ChunkId> held = server.disk.chunks();
      world.<List<ChunkId>>call(
          server, nameserver, answer -> nameserver.inventory(server.id, held, answer), delete);
    } else {
      world.<List<ChunkId>>call(
          server, nameserver, answer -> nameserver.heartbeat(server.id, deleted, answer), delete);
    }
  }

  private void fault() {
    if (!world.faulty) {
      return;
    }
    SimDataserver server = servers.get(world.random.nextInt(SERVERS));
    int pause = 50 + world.random.nextInt(400);
    switch (world.random.nextInt(12)) {
      case 0 -> crash(server, false, pause);
      case 1 -> crash(server, true, pause);
      case 2 -> crashNameserver(false, pause);
      case 3, 10, 11 -> crashNameserver(true, pause);
      case 4, 5 -> {
        List<World.Node> all = new ArrayList<>(servers);
        all.addAll(clients);
        all.add(nameserver);
        World.Node other = all.get(world.random.nextInt(all.size()));
        world.note("%s and %s are cut off from each other for %d", server.name, other.name, pause);
        world.cut(server, other, world.now() + pause);
      }
      case 6, 7 -> {
        world.note("the room loses power for %d", pause);
        servers.forEach(each -> crash(each, true, pause));
        crashNameserver(true, pause);
      }
      case 8 -> {
        world.note("%s is full for %d", server.name, pause);
        server.disk.full = true;
        world.later(pause, () -> server.disk.full = false);
      }
      default -> {
        List<ChunkId> chunks = rotten.disk.chunks();
        for (int i = 0; i < ROTTEN_AT_ONCE && !chunks.isEmpty(); i++) {
          ChunkId chunk = chunks.get(world.random.nextInt(chunks.size()));
          world.note("a bit of %s rots on %s: %b", chunk, rotten.name, rotten.rot(chunk));
        }
      }
    }
    world.later(50 + world.random.nextInt(500), this::fault);
  }

  private void crash(SimDataserver server, boolean power, int pause) {
    if (!server.up) {
      return;
    }
    world.note("%s %s for %d", server.name, power ? "loses power" : "is killed", pause);
    if (power) {
      server.losePower();
      everyFile(file -> file.expected.powerLost());
    } else {
      server.kill();
    }
    world.later(pause, () -> server.up = true);
  }

  private void crashNameserver(boolean power, int pause) {
    if (!nameserver.up) {
      return;
    }
    if (power) {
      nameserver.losePower();
      everyFile(file -> file.expected.powerLost());
    } else {
      world.note("the nameserver is killed for %d", pause);
      nameserver.kill();
    }
    world.later(pause, nameserver::start);
  }

  private void everyFile(java.util.function.Consumer<SimClient.File> action) {
    for (SimClient client : clients) {
      client.files.forEach(action);
      client.deletedFiles.forEach(action);
    }
  }

  private void heal() {
    world.faulty = false;
    servers.forEach(s -> s.disk.full = false);
  }

  /** What repair will have done: whoever lacks a good copy of what is committed gets one. */
  private void repair() {
    for (Map.Entry<ChunkId, ChunkState> each :
        nameserver.tables().chunks(new ChunkId(0), 100_000).entrySet()) {
      ChunkId chunk = each.getKey();
      int length = each.getValue().length();
      SimDataserver good = goodCopy(chunk, length);
      if (good == null || length == 0) {
        continue;
      }
      byte[] bytes = good.read(chunk, 0, length);
      for (NodeId member : nameserver.members(chunk)) {
        SimDataserver server = server(member);
        if (!server.isGood(chunk, length)) {
          server.delete(chunk);
          server.append(chunk, 0, bytes, List.of(), (end, failure) -> {});
        }
        if (!server.isGood(chunk, length)) {
          throw new AssertionError(chunk + " could not be repaired on " + server.name);
        }
      }
    }
  }

  private @Nullable SimDataserver goodCopy(ChunkId chunk, int length) {
    return nameserver.members(chunk).stream()
        .map(this::server)
        .filter(s -> s.isGood(chunk, length))
        .findFirst()
        .orElse(null);
  }

  private void check() {
    checkCounters();
    everyFile(this::checkFile);
  }

  /** Also of a deleted file that a power cut of the nameserver has brought back. */
  private void checkFile(SimClient.File file) {
    Tables tables = nameserver.tables();
    Inode inode = tables.findInode(file.inode);
    if (inode == null) {
      boolean mayBeGone = file.deleted || !file.expected.isSynced();
      if (!mayBeGone) {
        throw new AssertionError(file.name + " was synced and is gone");
      }
      return;
    }
    boolean[] seen = new boolean[file.expected.size()];
    for (Extent extent : tables.extents(inode.tree(), 0, Long.MAX_VALUE, 100_000)) {
      SimReader.verify(file, extent, read(extent));
      int first = (int) (extent.fileOffset() / Expected.CELL);
      java.util.Arrays.fill(seen, first, first + extent.length() / Expected.CELL, true);
    }
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i] && !file.expected.allows(i, Expected.HOLE)) {
        throw new AssertionError(
            file.name + " cell " + i + " is a hole, expected " + file.expected.describe(i));
      }
    }
  }

  private byte @Nullable [] read(Extent extent) {
    for (NodeId member : nameserver.members(extent.chunk())) {
      try {
        return server(member).read(extent.chunk(), extent.chunkOffset(), extent.length());
      } catch (io.dfs.common.error.FsException e) {
        continue;
      }
    }
    return null;
  }

  private void checkCounters() {
    Tables tables = nameserver.tables();
    Map<ChunkId, Long> live = new HashMap<>();
    for (TreeExtent each : tables.allExtents(null, 1_000_000)) {
      Extent extent = each.extent();
      live.merge(extent.chunk(), (long) extent.length(), Long::sum);
      ChunkState state = tables.findChunk(extent.chunk());
      if (state == null || state.length() < extent.chunkOffset() + extent.length()) {
        throw new AssertionError(extent + " is not within its chunk: " + state);
      }
    }
    Map<ChunkId, ChunkState> chunks = tables.chunks(new ChunkId(0), 1_000_000);
    chunks.forEach(
        (chunk, state) -> {
          if (state.live() != live.getOrDefault(chunk, 0L)) {
            throw new AssertionError(
                chunk + " counts " + state.live() + " live bytes, has " + live.get(chunk));
          }
        });
    // Whatever is nobody's has been deleted.
    for (SimDataserver server : servers) {
      for (ChunkId chunk : server.disk.chunks()) {
        if (!chunks.containsKey(chunk)) {
          throw new AssertionError(server.name + " still has " + chunk + ", which is nobody's");
        }
      }
    }
  }
}
