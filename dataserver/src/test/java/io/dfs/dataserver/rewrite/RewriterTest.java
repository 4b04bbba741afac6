package io.dfs.dataserver.rewrite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.message.RewriteTask;
import io.dfs.common.message.RewriteTask.Source;
import io.dfs.common.net.Connection;
import io.dfs.dataserver.server.Dataserver;
import io.dfs.dataserver.server.TestServers;
import java.io.ByteArrayOutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RewriterTest {
  private static final ChunkId OLD = new ChunkId(0x100000000001L);
  private static final ChunkId NEW = new ChunkId(0x200000000002L);

  @TempDir private Path root;
  private TestServers servers;
  private Dataserver first;
  private Dataserver second;

  @BeforeEach
  void start() throws Exception {
    servers = new TestServers(root);
    first = servers.start("a");
    second = servers.start("b");
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  @Test
  void theCopyHasTheSourcesOneAfterTheOtherOnAllMembers() throws Exception {
    byte[] bytes = write(OLD, 3_000_000);
    ByteArrayOutputStream want = new ByteArrayOutputStream();
    List<Source> sources = new ArrayList<>();
    for (int[] piece :
        new int[][] {{70_000, 1}, {0, 1_500_000}, {2_999_999, 1}, {65_536, 65_536}}) {
      sources.add(new Source(OLD, piece[0], piece[1], TestServers.names(first, second)));
      want.write(bytes, piece[0], piece[1]);
    }
    assertEquals("", rewrite(sources));
    for (Dataserver each : List.of(first, second)) {
      try (Connection connection = servers.connect(each)) {
        assertArrayEquals(want.toByteArray(), TestServers.readAll(connection, NEW));
      }
    }
  }

  @Test
  void aBadSourceIsPassedOverForAGoodOneAndWithoutAnyNothingIsSaidToBeCopied() throws Exception {
    byte[] bytes = write(OLD, 100_000);
    flip(root.resolve("a"));
    List<Source> sources = List.of(new Source(OLD, 10, 50_000, TestServers.names(first, second)));
    assertEquals("", rewrite(sources));
    try (Connection connection = servers.connect(first)) {
      assertArrayEquals(
          java.util.Arrays.copyOfRange(bytes, 10, 50_010), TestServers.readAll(connection, NEW));
    }
    flip(root.resolve("b"));
    String problem = rewrite(sources);
    assertTrue(problem.contains("no good copy of chunk " + OLD), problem);
  }

  private String rewrite(List<Source> sources) throws Exception {
    servers.nameserver.rewritten.clear();
    servers.nameserver.rewrites.add(
        new RewriteTask(7, NEW, TestServers.names(second, first), sources, 1L << 30));
    TestServers.await(() -> !servers.nameserver.rewritten.isEmpty());
    return servers.nameserver.rewritten.remove().problem();
  }

  private byte[] write(ChunkId chunk, int length) throws Exception {
    byte[] bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    try (Connection connection = servers.connect(first)) {
      for (int at = 0; at < length; at += 1 << 20) {
        byte[] piece = java.util.Arrays.copyOfRange(bytes, at, Math.min(length, at + (1 << 20)));
        TestServers.reply(TestServers.append(connection, chunk, at, piece, false, second));
      }
    }
    return bytes;
  }

  private static void flip(Path server) throws Exception {
    try (var files = java.nio.file.Files.walk(server)) {
      Path file =
          files.filter(f -> f.toString().endsWith(OLD.hex() + ".chunk")).findFirst().orElseThrow();
      try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
        open.seek(12288 + 20_000);
        int old = open.read();
        open.seek(12288 + 20_000);
        open.write(old ^ 1);
      }
    }
  }
}
