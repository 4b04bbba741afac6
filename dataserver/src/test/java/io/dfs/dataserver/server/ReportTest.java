package io.dfs.dataserver.server;

import static io.dfs.dataserver.server.TestServers.append;
import static io.dfs.dataserver.server.TestServers.await;
import static io.dfs.dataserver.server.TestServers.call;
import static io.dfs.dataserver.server.TestServers.readAll;
import static io.dfs.dataserver.server.TestServers.reply;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.ClusterRequest.Register;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetThreads;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  @TempDir Path root;
  private TestServers servers;

  @BeforeEach
  void start() {
    servers = new TestServers(root);
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private static ChunkId chunk(int sequence) {
    return ChunkId.of(new GroupId(3), sequence);
  }

  @Test
  void keepsItsNumberOverARestartAndRegistersAgainWhenForgotten() throws Exception {
    Dataserver first = servers.start("a", "host=h", "rack=r");
    first.close();
    servers.start("a", "host=h", "rack=r");
    List<Register> seen = servers.nameserver.registrations;
    assertEquals(NodeId.NONE, seen.get(0).node());
    assertEquals("", seen.get(0).clusterId());
    assertEquals(new NodeId(1), seen.get(1).node());
    assertEquals(FakeNameserver.CLUSTER, seen.get(1).clusterId());
    assertEquals(seen.get(0).token(), seen.get(1).token());
    assertEquals("h", seen.get(1).host());
    assertEquals("r", seen.get(1).rack());
    servers.nameserver.forgetful = true;
    await(() -> seen.size() == 3 && !servers.nameserver.forgetful);
    assertEquals(new NodeId(1), seen.get(2).node());
  }

  @Test
  void deletesWhatItIsToldAndSaysSo() throws Exception {
    Dataserver server = servers.start("a");
    try (Connection connection = servers.connect(server)) {
      for (int i = 0; i < 20; i++) {
        reply(append(connection, chunk(i), 0, new byte[1000], false));
      }
      for (int i = 0; i < 19; i++) {
        servers.nameserver.toDelete.add(chunk(i));
      }
      servers.nameserver.toDelete.add(chunk(1_000_000));
      await(() -> servers.nameserver.confirmed.size() == 20);
      FsException e =
          assertThrows(
              FsException.class, () -> call(connection, new ChunkRequest.StatChunk(chunk(3))));
      assertEquals(Errno.ENOENT, e.errno());
      assertArrayEquals(new byte[1000], readAll(connection, chunk(19)));
      await(() -> servers.nameserver.lastHeartbeat.get(new NodeId(1)).capacity().chunks() == 1);
    }
  }

  @Test
  void tellsAllItsChunksNowAndThen() throws Exception {
    Dataserver server = servers.start("a", "inventory-interval=1 s");
    try (Connection connection = servers.connect(server)) {
      for (int i = 0; i < 30; i++) {
        reply(append(connection, chunk(i), 0, new byte[10], false));
      }
      await(() -> servers.nameserver.inventory.size() == 30);
    }
  }

  @Test
  void findsTheNameserverWhenItComesBackAndServesReadsMeanwhile() throws Exception {
    try (NetThreads threads = new NetThreads("ns", 1)) {
      FakeNameserver own = new FakeNameserver(threads);
      HostPort address = own.address();
      Dataserver server = servers.start("a", "nameservers=127.0.0.1:1," + address);
      await(() -> !own.registrations.isEmpty());
      try (Connection connection = servers.connect(server)) {
        reply(append(connection, chunk(1), 0, new byte[10], false));
        own.close();
        assertArrayEquals(new byte[10], readAll(connection, chunk(1)));
        try (FakeNameserver back = new FakeNameserver(threads, address)) {
          await(() -> !back.registrations.isEmpty());
          assertEquals(new NodeId(1), back.registrations.get(0).node());
        }
      }
    }
  }
}
