package io.dfs.nameserver.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.common.net.NetThreads;
import io.dfs.common.net.Response;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process, ended in all the ways in which processes end. */
@Timeout(120)
final class KillTest {
  private static final HostPort ANY = new HostPort("127.0.0.1", 0);
  private static final List<String> JVM =
      List.of("-XX:+UseSerialGC", "-Xmx128m", "-XX:TieredStopAtLevel=1");

  @TempDir Path dir;
  private final NetThreads threads = new NetThreads("test", 1);

  @AfterEach
  void stop() {
    threads.close();
  }

  @Test
  void nothingAcknowledgedIsLostAndNothingRunsTwiceWhenKilledUnderLoad() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<String> acknowledged = new ArrayList<>();
    int next = 0;
    io.dfs.common.id.SessionId session = io.dfs.common.id.SessionId.NONE;
    long sequence = 0;
    Mutation unanswered = null;
    for (int round = 0; round < 2; round++) {
      try (ServerProcess server = ServerProcess.start(dir.resolve("ns"), ANY, JVM);
          TestClient client = new TestClient(threads, server.address, session)) {
        session = client.session;
        if (unanswered != null) {
          // Whether it had run before the kill or not, its repeats make the file once.
          assertEquals(answer(client, unanswered), answer(client, unanswered));
        }
        client.register("a", "ta");
        client.register("b", "tb");
        int killAfter = 200 + random.nextInt(600);
        Thread killer = null;
        Mutation last = null;
        try {
          while (true) {
            String name = "f" + next;
            last =
                new Mutation.Create(
                    new RequestId(session, 0, ++sequence),
                    TestClient.ROOT,
                    InodeId.ROOT,
                    Name.of(name),
                    0644,
                    true,
                    false);
            InodeId inode = client.call(last, Reply.Opened.class).attr().inode();
            ChunkId chunk =
                client
                    .call(
                        new Mutation.AllocateChunk(
                            new RequestId(session, 1, sequence),
                            new DataSettings(64 << 20, 2),
                            List.of()),
                        Reply.ChunkAllocated.class)
                    .chunk();
            client.call(
                new Mutation.Commit(
                    new RequestId(session, 2, sequence),
                    inode,
                    List.of(new Extent(0, 7, chunk, 0)),
                    Timestamp.EPOCH,
                    List.of(chunk),
                    false,
                    false),
                Reply.Node.class);
            client.call(
                new Mutation.Rename(
                    new RequestId(session, 3, sequence),
                    TestClient.ROOT,
                    InodeId.ROOT,
                    Name.of(name),
                    InodeId.ROOT,
                    Name.of("done" + next),
                    0),
                Reply.Renamed.class);
            acknowledged.add("done" + next);
            next++;
            if (--killAfter == 0) {
              // From another thread, so that it falls anywhere within a request.
              killer = new Thread(server.process::destroyForcibly);
              killer.start();
            }
          }
        } catch (CompletionException e) {
          assertFalse(
              FsException.of(e).errno() == Errno.EEXIST, "a request ran twice: " + e.getMessage());
        }
        killer.join();
        server.process.onExit().join();
        next++;
        unanswered = last;
      }
    }
    check(session, acknowledged);
    assertTrue(acknowledged.size() >= 400);
  }

  private static Reply answer(TestClient client, Mutation mutation) {
    Response response = client.send(mutation).join();
    response.payload().release();
    return response.message();
  }

  private void check(io.dfs.common.id.SessionId session, List<String> acknowledged)
      throws Exception {
    try (ServerProcess server = ServerProcess.start(dir.resolve("ns"), ANY, JVM);
        TestClient client = new TestClient(threads, server.address, session)) {
      Set<String> found = new HashSet<>();
      long cookie = 0;
      boolean end = false;
      while (!end) {
        Reply.Listing part =
            client.call(
                new Query.ReadDir(TestClient.ROOT, InodeId.ROOT, cookie, 1000, true),
                Reply.Listing.class);
        for (DirEntry e : part.entries()) {
          found.add(e.name().toString());
          cookie = e.cookie();
          if (e.name().toString().startsWith("done")) {
            assertEquals(7, e.attr().sizeBytes());
            assertEquals(7, e.attr().allocatedBytes());
          }
        }
        end = part.end();
      }
      assertTrue(found.containsAll(acknowledged));
      assertEquals(found.size() + 1, client.call(new Query.StatFs(), Reply.FsStats.class).inodes());
    }
  }

  @Test
  void sigtermEndsItWithZero() throws Exception {
    try (ServerProcess server = ServerProcess.start(dir.resolve("ns"), ANY, JVM)) {
      server.process.destroy();
      assertEquals(0, server.process.waitFor());
    }
  }

  @Test
  void aBadStartEndsWithTwoAndOneLine() throws Exception {
    Path foreign = dir.resolve("foreign");
    Files.createDirectories(foreign.resolve("photos"));
    assertBadStart("not a nameserver's directory", "--dir", foreign.toString());
    assertBadStart("replicas", "--set", "replicas=9");
    assertBadStart("leese", "--set", "leese=1s");
    assertBadStart("nowhere.conf", "--config", dir.resolve("nowhere.conf").toString());
    assertBadStart("must be writable", "--dir", "/proc/dfs");
    try (ServerProcess server = ServerProcess.start(dir.resolve("ns"), ANY, JVM)) {
      assertBadStart("in use", "--dir", dir.resolve("ns").toString());
      assertBadStart(
          "cannot listen",
          "--dir",
          dir.resolve("other").toString(),
          "--listen",
          server.address.toString());
    }
  }

  private static void assertBadStart(String says, String... arguments) throws Exception {
    Process process = ServerProcess.launch(JVM, List.of(arguments));
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(2, process.waitFor(), out);
    assertTrue(out.contains(says), out);
    assertEquals(1, out.lines().filter(line -> line.startsWith("dfs nameserver: ")).count(), out);
    assertFalse(out.contains("\tat "), out);
  }
}
