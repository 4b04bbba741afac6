package io.dfs.dataserver.transfer;

import static io.dfs.dataserver.server.TestServers.append;
import static io.dfs.dataserver.server.TestServers.call;
import static io.dfs.dataserver.server.TestServers.failure;
import static io.dfs.dataserver.server.TestServers.names;
import static io.dfs.dataserver.server.TestServers.readAll;
import static io.dfs.dataserver.server.TestServers.reply;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Connection;
import io.dfs.common.net.Response;
import io.dfs.dataserver.server.Dataserver;
import io.dfs.dataserver.server.TestServers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real servers on loopback. */
class ChainTest {
  private static final ChunkId CHUNK = ChunkId.of(new GroupId(7), 42);

  @TempDir Path root;
  private TestServers servers;
  private final Random random = new Random(5);

  @BeforeEach
  void start() {
    servers = new TestServers(root);
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void pipelinedAppendsReachEveryMember(int members) throws Exception {
    List<Dataserver> chain = new ArrayList<>();
    for (int i = 0; i < members; i++) {
      chain.add(servers.start("d" + i));
    }
    Dataserver[] rest = chain.subList(1, members).toArray(new Dataserver[0]);
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    try (Connection first = servers.connect(chain.get(0))) {
      List<CompletableFuture<Response>> answers = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        byte[] piece = bytes(1 + random.nextInt(i % 10 == 0 ? 1 << 20 : 100_000));
        answers.add(append(first, CHUNK, model.size(), piece, i % 7 == 0, rest));
        model.write(piece);
      }
      for (CompletableFuture<Response> answer : answers) {
        assertTrue(reply(answer) instanceof Reply.Appended);
      }
      assertEquals(
          Reply.Done.DONE,
          call(first, new ChunkRequest.SyncChunk(CHUNK, model.size(), names(rest))));
    }
    for (Dataserver member : chain) {
      try (Connection connection = servers.connect(member)) {
        assertEquals(
            new Reply.ChunkInfo(model.size()), call(connection, new ChunkRequest.StatChunk(CHUNK)));
        assertArrayEquals(model.toByteArray(), readAll(connection, CHUNK));
      }
    }
  }

  @Test
  void bytesChangedOnTheWireAreRefusedAndNothingIsWritten() throws Exception {
    Dataserver a = servers.start("a");
    Dataserver b = servers.start("b");
    try (Connection first = servers.connect(a);
        Connection second = servers.connect(b)) {
      byte[] good = bytes(100_000);
      reply(append(first, CHUNK, 0, good, false, b));
      ByteBuf payload = Unpooled.directBuffer().writeBytes(bytes(70_000));
      int[] crcs = Crc32c.ofBlocks(payload, 0, 70_000, good.length);
      payload.setByte(50_000, payload.getByte(50_000) ^ 4);
      ChunkRequest.Append request =
          new ChunkRequest.Append(CHUNK, good.length, crcs, false, names(b));
      FsException e = failure(first.call(request, payload, TestServers.DEADLINE_MS));
      assertEquals(Errno.EBADMSG, e.errno());
      assertTrue(e.getMessage().contains(a.address().toString()), e.getMessage());
      assertArrayEquals(good, readAll(first, CHUNK));
      assertArrayEquals(good, readAll(second, CHUNK));
    }
  }

  @Test
  void bitFlippedOnDiskIsSeenByTheReader() throws Exception {
    Dataserver a = servers.start("a");
    try (Connection connection = servers.connect(a)) {
      reply(append(connection, CHUNK, 0, bytes(200_000), false));
      try (FileChannel file =
          FileChannel.open(
              servers.chunkFile("a"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        ByteBuffer one = ByteBuffer.allocate(1);
        file.read(one, 12288 + 150_000);
        one.put(0, (byte) (one.get(0) ^ 1));
        file.write(one.flip(), 12288 + 150_000);
      }
      FsException e = assertThrows(FsException.class, () -> readAll(connection, CHUNK));
      assertEquals(Errno.EBADMSG, e.errno());
    }
  }

  @Test
  void aMemberThatIsGoneIsNamedAndTheFirstStaysUsable() throws Exception {
    Dataserver a = servers.start("a");
    Dataserver b = servers.start("b");
    try (Connection first = servers.connect(a)) {
      List<CompletableFuture<Response>> answers = new ArrayList<>();
      byte[] piece = bytes(300_000);
      for (int i = 0; i < 100; i++) {
        answers.add(append(first, CHUNK, i * piece.length, piece, false, b));
        if (i == 30) {
          reply(answers.get(5));
          b.close();
        }
      }
      FsException e = failure(answers.get(99));
      assertTrue(e.errno() == Errno.ECONNREFUSED || e.errno() == Errno.EHOSTUNREACH, e.toString());
      assertTrue(e.getMessage().contains(b.address().toString()), e.getMessage());
      ChunkId other = ChunkId.of(new GroupId(8), 1);
      reply(append(first, other, 0, piece, true));
      assertArrayEquals(piece, readAll(first, other));
    }
  }

  @Test
  void appendElsewhereThanAtTheEndIsStaleWithBothNumbers() throws Exception {
    Dataserver a = servers.start("a");
    try (Connection connection = servers.connect(a)) {
      reply(append(connection, CHUNK, 0, bytes(10), false));
      FsException e = failure(append(connection, CHUNK, 7, bytes(10), false));
      assertEquals(Errno.ESTALE, e.errno());
      assertTrue(e.getMessage().contains("at 7") && e.getMessage().contains("10"), e.getMessage());
    }
  }

  @Test
  void requestsThatMakeNoSenseAreRefusedAndLeaveNothing() throws Exception {
    Dataserver a = servers.start("a");
    String self = a.address().toString();
    try (Connection c = servers.connect(a)) {
      byte[] ten = bytes(10);
      int[] one = {Crc32c.of(ByteBuffer.wrap(ten))};
      assertEquals(Errno.EINVAL, refused(c, CHUNK, -1, one, List.of(), ten));
      assertEquals(Errno.EINVAL, refused(c, CHUNK, Integer.MAX_VALUE, one, List.of(), ten));
      assertEquals(Errno.EINVAL, refused(c, CHUNK, 0, new int[0], List.of(), ten));
      assertEquals(Errno.EINVAL, refused(c, CHUNK, 0, new int[2], List.of(), ten));
      assertEquals(Errno.EINVAL, refused(c, new ChunkId(0), 0, one, List.of(), ten));
      assertEquals(Errno.EINVAL, refused(c, CHUNK, 0, new int[0], List.of(), new byte[0]));
      assertEquals(Errno.EPROTO, refused(c, CHUNK, 0, one, List.of(self), ten));
      assertEquals(Errno.EPROTO, refused(c, CHUNK, 0, one, List.of("no address"), ten));
      assertEquals(Errno.EPROTO, refused(c, CHUNK, 0, one, List.of("h:1", "h:1"), ten));
      List<String> many = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        many.add("127.0.0.1:" + (20000 + i));
      }
      assertEquals(Errno.EPROTO, refused(c, CHUNK, 0, one, many, ten));
      for (ChunkRequest.Read read :
          List.of(
              new ChunkRequest.Read(CHUNK, 1, 65536),
              new ChunkRequest.Read(CHUNK, -65536, 65536),
              new ChunkRequest.Read(CHUNK, 0, 0),
              new ChunkRequest.Read(CHUNK, 0, 1 << 30))) {
        FsException e = assertThrows(FsException.class, () -> call(c, read));
        assertEquals(Errno.EINVAL, e.errno());
      }
      FsException e =
          assertThrows(FsException.class, () -> call(c, new ChunkRequest.StatChunk(CHUNK)));
      assertEquals(Errno.ENOENT, e.errno());
    }
    try (var files = Files.walk(root.resolve("a/chunks"))) {
      assertEquals(0, files.filter(Files::isRegularFile).count());
    }
  }

  private static Errno refused(
      Connection to, ChunkId chunk, int offset, int[] crcs, List<String> chain, byte[] bytes)
      throws Exception {
    ChunkRequest.Append request = new ChunkRequest.Append(chunk, offset, crcs, false, chain);
    return failure(to.call(request, Unpooled.copiedBuffer(bytes), TestServers.DEADLINE_MS)).errno();
  }

  @Test
  void chunksAreThereAfterARestartAndFarMoreThanAreKeptOpen() throws Exception {
    Dataserver a = servers.start("a", "open-chunks=16");
    List<byte[]> models = new ArrayList<>();
    try (Connection connection = servers.connect(a)) {
      for (int i = 0; i < 100; i++) {
        models.add(bytes(1 + random.nextInt(150_000)));
        reply(append(connection, ChunkId.of(new GroupId(1), i), 0, models.get(i), false));
      }
    }
    a.close();
    a = servers.start("a", "open-chunks=16");
    try (Connection connection = servers.connect(a)) {
      for (int i = 0; i < 100; i++) {
        assertArrayEquals(models.get(i), readAll(connection, ChunkId.of(new GroupId(1), i)));
      }
    }
  }
}
