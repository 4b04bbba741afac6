package io.dfs.nameserver.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.ConfigFile;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.net.NetThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The nameserver's disk as a power cut may leave it: a copy of the directory whose log ends
 * somewhere between what was synced and all that was written, in the middle of a record most often.
 */
final class PowerLossTest {
  private static final int CUTS = 12;

  @TempDir Path root;

  @Test
  void whatWasSyncedIsThereAndOfTheRestAPrefix() throws Exception {
    NetThreads threads = new NetThreads("test", 1);
    try (Nameserver server = start(root.resolve("ns"));
        TestClient client = new TestClient(threads, server.address())) {
      create(client, 0, 50);
      client.call(new Query.SyncMetadata(), Reply.Done.class);
      long synced = logBytes(root.resolve("ns"));
      create(client, 50, 150);
      long seed = System.nanoTime();
      Random random = new Random(seed);
      for (int i = 0; i < CUTS; i++) {
        Path copy = root.resolve("copy" + i);
        copy(root.resolve("ns"), copy);
        long all = logBytes(copy);
        assertTrue(all > synced, "nothing was written after the sync");
        cut(copy, synced + (long) (random.nextDouble() * (all - synced)));
        check(threads, copy, "seed " + seed + ", cut " + i);
      }
    } finally {
      threads.close();
    }
  }

  private static void create(TestClient client, int from, int to) {
    for (int i = from; i < to; i++) {
      client.create(InodeId.ROOT, String.format("f%03d", i));
    }
  }

  private static Nameserver start(Path dir) {
    return Nameserver.start(
        ConfigFile.empty()
            .read(NameserverConfig.class, List.of("dir=" + dir, "listen=127.0.0.1:0")),
        "test");
  }

  private static void check(NetThreads threads, Path dir, String context) {
    try (Nameserver server = start(dir);
        TestClient client = new TestClient(threads, server.address())) {
      List<String> names =
          client
              .call(
                  new Query.ReadDir(TestClient.ROOT, InodeId.ROOT, 0, 1000, false),
                  Reply.Listing.class)
              .entries()
              .stream()
              .map(DirEntry::name)
              .map(Object::toString)
              .sorted()
              .toList();
      assertTrue(names.size() >= 50, () -> context + ": only " + names);
      for (int i = 0; i < names.size(); i++) {
        assertEquals(String.format("f%03d", i), names.get(i), context);
      }
      InodeId made = client.create(InodeId.ROOT, "new").attr().inode();
      assertTrue(made.value() > 200, context + ": a number that was given out before: " + made);
    }
  }

  private static List<Path> logs(Path dir) {
    try (Stream<Path> files = Files.list(dir.resolve("db"))) {
      return files.filter(f -> f.toString().endsWith(".log")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long logBytes(Path dir) throws IOException {
    assertEquals(1, logs(dir).size(), "the test is for one log file");
    return Files.size(logs(dir).get(0));
  }

  private static void cut(Path dir, long bytes) throws IOException {
    try (FileChannel log = FileChannel.open(logs(dir).get(0), StandardOpenOption.WRITE)) {
      log.truncate(bytes);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }
}
