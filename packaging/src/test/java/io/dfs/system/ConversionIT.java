package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.message.Conversion;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Files that exist get the copies and the chunk size that are set for their directory later. */
class ConversionIT {
  private static Cluster start(String rate) {
    return Cluster.start(
        new Cluster.Plan(
            3,
            List.of(
                "heartbeat=200ms",
                "trash=0s",
                "compact-interval=1h",
                "compact-rate=" + rate,
                "compact-grace=2s"),
            List.of("reserve=0", "inventory-interval=2s")));
  }

  private static List<Conversion> conversions(Cluster cluster) {
    return cluster.ask(new Query.GetConversions(), Reply.Conversions.class).all();
  }

  private static JsonNode extents(Cluster cluster, String path) {
    Shell.Result layout = cluster.dfs("layout", "--json", path);
    assertEquals(0, layout.exit(), layout.err());
    try {
      return new ObjectMapper().readTree(layout.out()).findValue("extents");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void assertCopies(Cluster cluster, int copies, String... paths) {
    for (String path : paths) {
      JsonNode extents = extents(cluster, path);
      assertTrue(extents.size() > 0, path);
      for (JsonNode extent : extents) {
        assertEquals(copies, extent.get("servers").size(), () -> path + " " + extents);
      }
    }
  }

  private static long moved(Cluster cluster) {
    return cluster
        .ask(new Query.Compaction(Query.Compaction.LOOK), Reply.CompactionStatus.class)
        .movedBytes();
  }

  private static long used(Cluster cluster) {
    return cluster.status().servers().stream().mapToLong(ServerInfo::usedBytes).sum();
  }

  private static void verify(Mount mount) {
    mount.unmount();
    mount.mountAgain();
    Shell.run(mount.path(), "cd d && sha256sum --quiet -c ../sums");
  }

  @Test
  void filesThatExistGetMoreCopiesAndLessAgainOverARestartWhileOneIsBeingWritten()
      throws Exception {
    try (Cluster cluster = start("1MiB")) {
      Mount mount = cluster.mount();
      Shell.run(
          mount.path(),
          "mkdir -p d/sub && cd d && for i in $(seq 300); do head -c 5000 /dev/urandom > sub/s$i;"
              + " done; head -c 20000000 /dev/urandom > large;"
              + " head -c 20000000 /dev/urandom > sub/large2; find . -type f | xargs sha256sum >"
              + " ../sums; head -c 3000000 /dev/urandom > ../beside");
      AtomicBoolean stop = new AtomicBoolean();
      CompletableFuture<Integer> writer =
          CompletableFuture.supplyAsync(
              () -> {
                int rounds = 0;
                while (!stop.get()) {
                  Shell.run(mount.path(), "head -c 100000 /dev/urandom | tee -a want >> d/growing");
                  rounds++;
                }
                return rounds;
              });
      assertEquals(0, cluster.dfs("set", "--replicas", "3", "--recursive", "/d").exit());
      Shell.Result shown = cluster.dfs("set", "--status");
      assertTrue(shown.out().contains("/d: copies 3"), shown::out);
      Await.until("some of it is copied", () -> moved(cluster) > 0);
      assertEquals(1, conversions(cluster).size(), "and not all of it");
      cluster.nameserver().kill();
      // Slow until here, so that the kill falls into the middle of it.
      cluster.nameserver().with("--set", "compact-rate=16MiB");
      cluster.nameserver().start();
      Await.until("the nameserver is back", () -> !conversions(cluster).isEmpty());
      stop.set(true);
      assertTrue(writer.join() > 0, "the writer went on");
      Await.until("it is done", () -> conversions(cluster).isEmpty());
      assertCopies(cluster, 3, "/d/large", "/d/sub/large2", "/d/sub/s1", "/d/sub/s300");
      assertCopies(cluster, 3, "/d/growing");
      assertCopies(cluster, 2, "/beside");
      Shell.run(mount.path(), "cmp want d/growing");
      verify(mount);
      assertTrue(cluster.dfs("events").out().contains("3 copies"), "people are told");
      long live = 43_000_000 + 2 * Files.size(mount.path("want"));
      Await.until("the old copies are gone", () -> used(cluster) < 3 * live + live);

      assertEquals(0, cluster.dfs("set", "--replicas", "1", "-r", "/d").exit());
      Await.until("it is done", () -> conversions(cluster).isEmpty());
      assertCopies(cluster, 1, "/d/large", "/d/sub/s7", "/d/growing");
      verify(mount);
      Await.until("the space comes back", () -> used(cluster) < live * 3 / 2 + live);
      Shell.Result check = cluster.dfs("fsck");
      assertEquals(0, check.exit(), check::out);
    }
  }

  @Test
  void chunksOfFilesThatExistBecomeSmallerAndLarger() {
    try (Cluster cluster = start("1GiB")) {
      Mount mount = cluster.mount();
      Shell.run(
          mount.path(),
          "mkdir d && cd d && head -c 40000000 /dev/urandom > large && echo small > small &&"
              + " sha256sum * > ../sums");
      String small = extents(cluster, "/d/small").toString();
      assertEquals(0, cluster.dfs("set", "--chunk-size", "4MiB", "-r", "/d").exit());
      Await.until("it is done", () -> conversions(cluster).isEmpty());
      JsonNode parts = extents(cluster, "/d/large");
      assertEquals(10, parts.size(), parts::toPrettyString);
      verify(mount);
      assertEquals(0, cluster.dfs("set", "--chunk-size", "64MiB", "-r", "/d").exit());
      Await.until("it is done", () -> conversions(cluster).isEmpty());
      JsonNode whole = extents(cluster, "/d/large");
      assertEquals(1, whole.size(), whole::toPrettyString);
      verify(mount);
      assertEquals(small, extents(cluster, "/d/small").toString(), "it is right either way");
    }
  }

  @Test
  void whatCannotBeDoneYetIsToldAndDoneLater() {
    try (Cluster cluster = start("0")) {
      Mount mount = cluster.mount();
      Shell.run(mount.path(), "mkdir d && cd d && echo text > f && sha256sum * > ../sums");
      assertEquals(0, cluster.dfs("set", "--replicas", "3", "-r", "/d").exit());
      Await.until(
          "the reason is told",
          () -> cluster.dfs("set", "--status").out().contains("set compact-rate"));
      assertCopies(cluster, 2, "/d/f");
      cluster.nameserver().stop();
      cluster.nameserver().with("--set", "compact-rate=1GiB");
      cluster.nameserver().start();
      Await.until("it is done", () -> conversions(cluster).isEmpty());
      assertCopies(cluster, 3, "/d/f");
      verify(mount);
      assertNotEquals(0, cluster.dfs("set", "-r", "/d").exit());
      assertNotEquals(0, cluster.dfs("set", "--status", "/d").exit());
      assertTrue(cluster.dfs("set", "--status").out().contains("nothing is under way"));
    }
  }
}
