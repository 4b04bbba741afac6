package io.dfs.dataserver.replicate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.CopyResult;
import io.dfs.common.message.CopyResult.Outcome;
import io.dfs.common.net.Connection;
import io.dfs.dataserver.server.Dataserver;
import io.dfs.dataserver.server.TestServers;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers that copy from each other what a nameserver orders. */
final class CopierTest {
  private static final ChunkId CHUNK = new ChunkId(77);
  private static final int DATA_AT = 12288;

  @TempDir Path dir;
  private TestServers servers;
  private Dataserver a;
  private Dataserver b;
  private Dataserver c;
  private byte[] bytes;

  @BeforeEach
  void start() throws Exception {
    servers = new TestServers(dir);
    a = servers.start("a");
    b = servers.start("b");
    c = servers.start("c");
    bytes = new byte[2_500_000];
    new Random(4).nextBytes(bytes);
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private void write(Dataserver to, byte[] content) throws Exception {
    try (Connection connection = servers.connect(to)) {
      for (int at = 0; at < content.length; at += 1 << 20) {
        byte[] part = Arrays.copyOfRange(content, at, Math.min(content.length, at + (1 << 20)));
        TestServers.reply(TestServers.append(connection, CHUNK, at, part, true));
      }
    }
  }

  private byte[] read(Dataserver from) throws Exception {
    try (Connection connection = servers.connect(from)) {
      return TestServers.readAll(connection, CHUNK);
    }
  }

  /** Numbers are given in the order of registration: a is 1, c is 3. */
  private CopyResult copy(int to, int length, Dataserver... sources) throws Exception {
    List<CopyOrder.Source> named = new ArrayList<>();
    for (Dataserver source : sources) {
      named.add(new CopyOrder.Source(new NodeId(100 + named.size()), source.address().toString()));
    }
    servers.nameserver.copied.clear();
    servers.nameserver.orders(new NodeId(to)).add(new CopyOrder(CHUNK, length, named));
    TestServers.await(() -> !servers.nameserver.copied.isEmpty());
    return servers.nameserver.copied.remove();
  }

  private void damage(String server, int at) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(servers.chunkFile(server).toFile(), "rw")) {
      file.seek(DATA_AT + at);
      int old = file.read();
      file.seek(DATA_AT + at);
      file.write(old ^ 1);
    }
  }

  @Test
  void aCopyHasExactlyTheBytesThatAreCommitted() throws Exception {
    write(a, bytes);
    CopyResult result = copy(2, 2_300_001, a);
    assertEquals(Outcome.DONE, result.outcome(), result.problem());
    assertEquals(2_300_001, result.copiedBytes());
    assertArrayEquals(Arrays.copyOf(bytes, 2_300_001), read(b));
  }

  @Test
  void aGoodCopyThatIsThereAlreadyIsKeptAndNothingCopied() throws Exception {
    write(a, bytes);
    write(b, bytes);
    CopyResult result = copy(2, 2_000_000, a);
    assertEquals(Outcome.DONE, result.outcome());
    assertEquals(0, result.copiedBytes());
    assertArrayEquals(bytes, read(b));
  }

  @Test
  void aDamagedOrShortCopyIsReplaced() throws Exception {
    write(a, bytes);
    write(b, Arrays.copyOf(bytes, 1_000_000));
    assertEquals(bytes.length, copy(2, bytes.length, a).copiedBytes());
    assertArrayEquals(bytes, read(b));
    damage("b", 1_500_000);
    assertEquals(bytes.length, copy(2, bytes.length, a).copiedBytes());
    assertArrayEquals(bytes, read(b));
  }

  @Test
  void anotherSourceGoesOnWhereADamagedOneEndsAndTheDamagedOneIsNamed() throws Exception {
    write(a, bytes);
    write(c, bytes);
    damage("a", 1_500_000);
    CopyResult result = copy(2, bytes.length, a, c);
    assertEquals(Outcome.DONE, result.outcome(), result.problem());
    assertEquals(List.of(new NodeId(100)), result.bad());
    assertArrayEquals(bytes, read(b));
  }

  @Test
  void withoutAGoodSourceTheOldCopyStaysAsItIs() throws Exception {
    write(a, bytes);
    byte[] old = Arrays.copyOf(bytes, 500_000);
    write(b, old);
    damage("a", 1_200_000);
    CopyResult result = copy(2, bytes.length, a);
    assertEquals(Outcome.NO_GOOD_COPY, result.outcome());
    assertArrayEquals(old, read(b));
  }

  @Test
  void aSourceThatCannotBeReachedIsNoVerdict() throws Exception {
    write(a, bytes);
    a.close();
    CopyResult result = copy(2, bytes.length, a);
    assertEquals(Outcome.UNREACHABLE, result.outcome());
    assertEquals(List.of(), result.bad());
    try (Connection connection = servers.connect(b)) {
      FsException missing =
          TestServers.failure(
              connection.call(
                  new io.dfs.common.message.ChunkRequest.StatChunk(CHUNK), null, 10_000));
      assertEquals(Errno.ENOENT, missing.errno());
    }
  }
}
