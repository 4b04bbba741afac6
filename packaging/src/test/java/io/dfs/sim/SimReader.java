package io.dfs.sim;

import io.dfs.common.id.NodeId;
import io.dfs.common.message.Extent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Another mount, which reads what the clients write and compares it with what they expect, by the
 * rules of {@code Fetch} and {@code Reader}: a failed or bad copy is passed over for another, and
 * when none is good the layout is asked for again once.
 */
final class SimReader extends World.Node {
  private final World world;
  private final SimNameserver nameserver;
  private final Function<NodeId, SimDataserver> servers;
  private final List<SimClient> clients;
  boolean stopping;
  int verified;

  SimReader(
      World world,
      SimNameserver nameserver,
      Function<NodeId, SimDataserver> servers,
      List<SimClient> clients) {
    super("reader");
    this.world = world;
    this.nameserver = nameserver;
    this.servers = servers;
    this.clients = clients;
  }

  void next() {
    if (!stopping) {
      world.later(this, 20 + world.random.nextInt(60), this::look);
    }
  }

  private void look() {
    SimClient client = clients.get(world.random.nextInt(clients.size()));
    if (client.files.isEmpty()) {
      next();
      return;
    }
    SimClient.File file = client.files.get(world.random.nextInt(client.files.size()));
    int changes = file.changes;
    world.<List<Extent>>call(
        this,
        nameserver,
        answer -> nameserver.layout(file.inode, answer),
        (extents, failure) -> {
          if (extents == null || extents.isEmpty()) {
            next();
          } else {
            Extent one = extents.get(world.random.nextInt(extents.size()));
            read(file, changes, one, new ArrayList<>(nameserver.members(one.chunk())));
          }
        });
  }

  private void read(SimClient.File file, int changes, Extent extent, List<NodeId> holders) {
    if (holders.isEmpty()) {
      next();
      return;
    }
    SimDataserver holder = servers.apply(holders.remove(world.random.nextInt(holders.size())));
    world.<byte[]>call(
        this,
        holder,
        answer ->
            answer.accept(holder.read(extent.chunk(), extent.chunkOffset(), extent.length()), null),
        (bytes, failure) -> {
          if (bytes == null) {
            read(file, changes, extent, holders);
            return;
          }
          if (file.changes == changes && !file.deleted) {
            verify(file, extent, bytes);
            verified++;
          }
          next();
        });
  }

  /**
   * Compares an extent's bytes with what its cells may be; null bytes are those of no good copy.
   */
  static void verify(SimClient.File file, Extent extent, byte @Nullable [] bytes) {
    int first = (int) (extent.fileOffset() / Expected.CELL);
    for (int i = 0; i < extent.length() / Expected.CELL; i++) {
      int cell = first + i;
      if (bytes == null) {
        if (!file.expected.mayFail(cell)) {
          throw new AssertionError(file.name + " cell " + cell + " is on no server: " + extent);
        }
        continue;
      }
      ByteBuffer content = ByteBuffer.wrap(bytes, i * Expected.CELL, Expected.CELL);
      int stamp = content.getInt();
      int place = content.getInt();
      if (!file.expected.allows(cell, stamp) || place != cell) {
        throw new AssertionError(
            String.format(
                java.util.Locale.ROOT,
                "%s cell %d has the value %d of place %d, expected %s; %s",
                file.name,
                cell,
                stamp,
                place,
                file.expected.describe(cell),
                extent));
      }
    }
  }
}
