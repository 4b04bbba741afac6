package io.dfs.dataserver.scrub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Query.ReportReplica;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ScrubProgress;
import io.dfs.common.net.Connection;
import io.dfs.dataserver.server.Dataserver;
import io.dfs.dataserver.server.TestServers;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubTest {
  private static final int DATA_AT = 12288;

  @TempDir private Path root;
  private TestServers servers;

  @BeforeEach
  void start() {
    servers = new TestServers(root);
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  private static ChunkId chunk(int i) {
    return new ChunkId(0x100000000000L + i);
  }

  @Test
  void aFlippedBitIsFoundSetAsideAndReportedAndTheGoodOnesStay() throws Exception {
    Dataserver server = servers.start("a");
    try (Connection connection = servers.connect(server)) {
      for (int i = 1; i <= 20; i++) {
        TestServers.reply(TestServers.append(connection, chunk(i), 0, bytes(i), true));
      }
      flip(chunk(7), 150_001);
      TestServers.call(connection, new ChunkRequest.Scrub(ChunkRequest.Scrub.START));
      TestServers.await(() -> progress(connection).badChunks() == 1);
      // The first pass began before the chunks were there; the one that was asked for follows.
      TestServers.await(
          () ->
              !progress(connection).running()
                  && progress(connection).verifiedBytes() == 19 * 200_000);
      ReportReplica report = servers.nameserver.reports.element();
      assertEquals(chunk(7), report.chunk());
      assertTrue(report.problem().contains("offset 131072"), report::problem);
      assertTrue(Files.exists(root.resolve("a/quarantine/" + chunk(7).hex() + ".chunk")));
      assertEquals(Errno.ENOENT, failure(connection, new ChunkRequest.StatChunk(chunk(7))).errno());
      for (int i = 1; i <= 20; i++) {
        if (i != 7) {
          assertArrayEquals(bytes(i), TestServers.readAll(connection, chunk(i)));
        }
      }
    }
  }

  @Test
  void goodBlocksOfWhatIsSetAsideAreReadUntilAGoodCopyComesBack() throws Exception {
    Dataserver server = servers.start("a");
    try (Connection connection = servers.connect(server)) {
      byte[] want = bytes(1);
      TestServers.reply(TestServers.append(connection, chunk(1), 0, want, true));
      flip(chunk(1), 10);
      TestServers.call(connection, new ChunkRequest.VerifyChunk(chunk(1)));
      TestServers.await(() -> !servers.nameserver.reports.isEmpty());
      var answer =
          TestServers.get(
              connection.call(new ChunkRequest.Read(chunk(1), 65_536, 65_536), null, 5000));
      byte[] second = new byte[65_536];
      answer.payload().readBytes(second);
      answer.payload().release();
      assertArrayEquals(Arrays.copyOfRange(want, 65_536, 131_072), second);
      TestServers.reply(TestServers.append(connection, chunk(1), 0, want, true));
      assertArrayEquals(want, TestServers.readAll(connection, chunk(1)));
    }
  }

  @Test
  void aComplaintAboutAGoodCopyChangesNothing() throws Exception {
    Dataserver server = servers.start("a");
    try (Connection connection = servers.connect(server)) {
      TestServers.reply(TestServers.append(connection, chunk(1), 0, bytes(1), true));
      TestServers.reply(TestServers.append(connection, chunk(2), 0, bytes(2), true));
      flip(chunk(2), 10);
      TestServers.call(connection, new ChunkRequest.VerifyChunk(chunk(1)));
      TestServers.call(connection, new ChunkRequest.VerifyChunk(chunk(2)));
      TestServers.await(() -> !servers.nameserver.reports.isEmpty());
      assertEquals(1, servers.nameserver.reports.size());
      assertArrayEquals(bytes(1), TestServers.readAll(connection, chunk(1)));
    }
  }

  @Test
  void aRestartGoesOnWhereItWasAndKeepsThePause() throws Exception {
    Dataserver server = servers.start("a", "scrub-rate=200000");
    try (Connection connection = servers.connect(server)) {
      for (int i = 1; i <= 20; i++) {
        TestServers.reply(TestServers.append(connection, chunk(i), 0, bytes(i), true));
      }
      TestServers.call(connection, new ChunkRequest.Scrub(ChunkRequest.Scrub.START));
      TestServers.await(() -> progress(connection).verifiedBytes() > 200_000);
      TestServers.call(connection, new ChunkRequest.Scrub(ChunkRequest.Scrub.PAUSE));
    }
    server.close();
    Dataserver again = servers.start("a");
    try (Connection connection = servers.connect(again)) {
      ScrubProgress paused = progress(connection);
      assertTrue(paused.paused() && paused.running(), paused::toString);
      assertTrue(paused.verifiedBytes() > 200_000, paused::toString);
      TestServers.call(connection, new ChunkRequest.Scrub(ChunkRequest.Scrub.RESUME));
      TestServers.await(() -> !progress(connection).running());
      assertEquals(paused.startedSeconds(), progress(connection).startedSeconds());
      assertFalse(progress(connection).paused());
    }
  }

  private static ScrubProgress progress(Connection connection) throws Exception {
    Reply.ScrubStatus status =
        (Reply.ScrubStatus)
            TestServers.call(connection, new ChunkRequest.Scrub(ChunkRequest.Scrub.LOOK));
    return status.disks().get(0);
  }

  private static FsException failure(Connection connection, ChunkRequest request) throws Exception {
    try {
      TestServers.call(connection, request);
    } catch (FsException e) {
      return e;
    }
    throw new AssertionError("succeeded");
  }

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[200_000];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private void flip(ChunkId chunk, int offset) throws Exception {
    List<Path> found;
    try (Stream<Path> files = Files.walk(root.resolve("a/chunks"))) {
      found = files.filter(f -> f.endsWith(chunk.hex() + ".chunk")).toList();
    }
    try (RandomAccessFile file = new RandomAccessFile(found.get(0).toFile(), "rw")) {
      file.seek(DATA_AT + offset);
      int old = file.read();
      file.seek(DATA_AT + offset);
      file.write(old ^ 8);
    }
  }
}
