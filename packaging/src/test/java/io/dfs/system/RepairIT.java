package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerInfo.State;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Daemon;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Copies that are lost come back, and servers come and go, while programs work. */
class RepairIT {
  private static final List<String> QUICK =
      List.of(
          "heartbeat=200ms",
          "suspect=1s",
          "offline=2s",
          "repair-after=2s",
          "repair-rate=1GiB",
          "balance-rate=1GiB",
          "balance-min=0B");

  private static Cluster start(int dataservers, String... more) {
    List<String> settings = new java.util.ArrayList<>(QUICK);
    settings.addAll(List.of(more));
    return Cluster.start(
        new Cluster.Plan(dataservers, settings, List.of("reserve=0", "inventory-interval=2s")));
  }

  /** Small and large files, with a list of their checksums. */
  private static void fill(Mount mount, String name, int files, int largeMiB) {
    Shell.run(
        mount.path(),
        "mkdir "
            + name
            + " && cd "
            + name
            + " && for i in $(seq "
            + files
            + "); do head -c $((i * 37 % 9000 + 1)) /dev/urandom > s$i; done"
            + " && for i in 1 2 3; do head -c "
            + (largeMiB << 20)
            + " /dev/urandom > l$i; done && sha256sum * > ../"
            + name
            + ".sums");
  }

  private static void verify(Mount mount, String name) {
    mount.unmount();
    mount.mountAgain();
    Shell.run(mount.path(name), "sha256sum --quiet -c ../" + name + ".sums");
  }

  private static void awaitWhole(Cluster cluster) {
    Await.until(
        "all copies",
        () -> {
          Reply.ClusterStatus status = cluster.status();
          return status.repair().groups() == 0
              && status.problems().stream().noneMatch(p -> p.what().contains("copies"));
        });
  }

  private static ServerInfo server(Cluster cluster, int id) {
    return cluster.status().servers().stream()
        .filter(s -> s.id().value() == id)
        .findFirst()
        .orElseThrow();
  }

  /** Which process serves under a number: they register in no order. */
  private static Daemon daemon(Cluster cluster, int id) {
    String port = server(cluster, id).address().replaceAll(".*:", ":");
    return cluster.dataservers().stream()
        .filter(d -> d.command().stream().anyMatch(word -> word.endsWith(port)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void serversKilledOneAfterTheOtherUnderLoadLoseNothingWhenEachLossIsRepairedFirst() {
    try (Cluster cluster = start(4)) {
      Mount mount = cluster.mount();
      fill(mount, "before", 200, 20);
      AtomicBoolean stop = new AtomicBoolean();
      CompletableFuture<Integer> load =
          CompletableFuture.supplyAsync(
              () -> {
                int written = 0;
                while (!stop.get()) {
                  Shell.run(
                      mount.path(),
                      "head -c 3000000 /dev/urandom > load" + written + " && cat before/l1 > copy");
                  written++;
                }
                return written;
              });
      daemon(cluster, 1).kill();
      Await.until("the loss seen", () -> server(cluster, 1).state() == State.OFFLINE);
      Await.until("repair begun", () -> cluster.status().repair().bytesDone() > 0);
      awaitWhole(cluster);
      daemon(cluster, 2).kill();
      Await.until("the loss seen", () -> server(cluster, 2).state() == State.OFFLINE);
      awaitWhole(cluster);
      stop.set(true);
      assertTrue(load.join() > 0, "programs went on");
      verify(mount, "before");
      Shell.run(mount.path(), "cmp before/l1 copy");
      String layout = cluster.dfs("layout", "/before/l1").out();
      for (int lost : new int[] {1, 2}) {
        String address = server(cluster, lost).address();
        assertTrue(!layout.contains(address), layout);
      }
      String events = cluster.dfs("events").out();
      assertTrue(events.contains("has its copies again"), events);
    }
  }

  @Test
  void aServerThatJoinsIsFilledAndOneThatIsDrainedIsEmptiedAndCanBeRemoved() {
    try (Cluster cluster = start(3)) {
      Mount mount = cluster.mount();
      fill(mount, "data", 100, 60);
      Daemon joined =
          cluster.addDataserver(
              cluster.directory().resolve("ds4"), List.of("reserve=0", "inventory-interval=2s"));
      cluster.awaitOnline(4);
      Await.until("it has a share", () -> server(cluster, 4).usedBytes() > 30 << 20);
      Await.until("balance done", () -> cluster.status().balance().groups() == 0);
      assertTrue(joined.isAlive());
      assertEquals(0, cluster.dfs("balance", "pause").exit());
      Shell.Result early = cluster.dfs("servers", "remove", "1");
      assertNotEquals(0, early.exit());
      assertTrue(early.err().contains("drain"), early.err());
      assertEquals(0, cluster.dfs("servers", "drain", "1").exit());
      Await.until("it is empty", () -> server(cluster, 1).chunks() == 0);
      awaitWhole(cluster);
      Shell.Result removed = cluster.dfs("servers", "remove", "1");
      assertEquals(0, removed.exit(), removed.err());
      daemon(cluster, 1).kill();
      verify(mount, "data");
      assertEquals(State.REMOVED, server(cluster, 1).state());
      // A second without a heartbeat, on a busy machine, and it is not for a moment.
      Await.until("it serves", () -> server(cluster, 4).state() == State.ONLINE);
    }
  }

  @Test
  void aServerThatComesBackWithSomeOfItsChunksMissingOrDamagedIsMadeWholeAgain() {
    try (Cluster cluster = start(2, "repair-after=10m")) {
      Mount mount = cluster.mount();
      fill(mount, "data", 50, 10);
      Daemon victim = cluster.dataservers().get(0);
      Path chunks = cluster.directory().resolve("ds1/chunks");
      long before = files(chunks);
      victim.kill();
      // One is damaged in its middle, the others are gone, of which the mount goes on with some.
      Shell.run(
          chunks,
          "f=$(find . -name '*.chunk' -size +1M | head -1);"
              + " printf damaged | dd of=$f bs=1 seek=700000 conv=notrunc status=none;"
              + " find . -name '*.chunk' | grep -vFx $f | xargs rm");
      victim.start();
      Await.until("they are missed", () -> files(chunks) > 1);
      // What may still be written is made again when it is sealed.
      mount.unmount();
      mount.mountAgain();
      Await.until("the missing ones are back", () -> files(chunks) == before);
      cluster.dataservers().get(1).kill();
      Await.until(
          "the other is away",
          () -> cluster.status().servers().stream().anyMatch(s -> s.state() == State.OFFLINE));
      cluster.dataservers().get(1).start();
      cluster.awaitOnline(2);
      verify(mount, "data");
      // The reader has seen the damaged one and told of it, or it was not read from there.
      awaitWhole(cluster);
    }
  }

  @Test
  void aServerWithEmptyDirectoriesJoinsAsNewAndTheOldOneIsReplacedOnceItIsRemoved() {
    try (Cluster cluster = start(3, "repair-after=10m")) {
      Mount mount = cluster.mount();
      fill(mount, "data", 50, 10);
      Daemon victim = daemon(cluster, 2);
      Path disk = Path.of(victim.command().get(victim.command().indexOf("--dir") + 1));
      victim.kill();
      Shell.run(disk, "rm -rf ./*");
      victim.start();
      Await.until("a fourth server", () -> cluster.status().servers().size() == 4);
      Await.until("the old one is gone", () -> server(cluster, 2).state() == State.OFFLINE);
      Shell.Result removed = cluster.dfs("servers", "remove", "2");
      assertEquals(0, removed.exit(), removed.err());
      Await.until("it has copies", () -> server(cluster, 4).chunks() > 0);
      awaitWhole(cluster);
      verify(mount, "data");
      assertTrue(cluster.dfs("events").out().contains("its directories are new"));
    }
  }

  @Test
  void maintenanceHoldsRepairBackAndARestartOfTheNameserverDoesNotStopIt() {
    try (Cluster cluster = start(3)) {
      Mount mount = cluster.mount();
      fill(mount, "data", 50, 40);
      assertEquals(0, cluster.dfs("servers", "maintain", "3", "--for", "30m").exit());
      assertEquals(State.MAINTENANCE, server(cluster, 3).state());
      daemon(cluster, 3).kill();
      assertEquals(0, cluster.dfs("repair", "limit", "4MiB").exit());
      long done = cluster.status().repair().bytesDone();
      Shell.run(mount.path(), "cat data/* > /dev/null && sleep 4"); // twice the grace time
      assertEquals(done, cluster.status().repair().bytesDone());
      assertEquals(0, cluster.dfs("servers", "undrain", "3").exit());
      Await.until("repair begun", () -> cluster.status().repair().bytesDone() > done);
      cluster.nameserver().kill();
      cluster.nameserver().start();
      Await.until("the nameserver is back", () -> cluster.status().servers().size() == 3);
      assertEquals(4 << 20, cluster.status().repair().limitBytesPerSecond(), "the limit is kept");
      assertEquals(0, cluster.dfs("repair", "limit", "1GiB").exit());
      Await.until("the loss seen", () -> server(cluster, 3).state() == State.OFFLINE);
      awaitWhole(cluster);
      verify(mount, "data");
    }
  }

  private static long files(Path chunks) {
    return Long.parseLong(Shell.run(chunks, "find . -name '*.chunk' | wc -l").strip());
  }

  @Test
  void aDamagedCopyThatIsReportedIsReplacedByAGoodOne() {
    try (Cluster cluster = start(2)) {
      Mount mount = cluster.mount();
      fill(mount, "data", 1, 10);
      mount.unmount();
      Path chunks = cluster.directory().resolve("ds1/chunks");
      String file = Shell.run(chunks, "find . -name '*.chunk' -size +1M | head -1").strip();
      Shell.run(chunks, "printf damaged | dd of=" + file + " bs=1 seek=300000 conv=notrunc");
      ChunkId chunk = ChunkId.fromHex(file.replaceAll(".*/|\\.chunk", ""));
      for (ServerInfo server : cluster.status().servers()) {
        // One of them is mistaken: that server looks, and keeps its copy.
        cluster.ask(new Query.ReportReplica(chunk, server.id(), "for a test"), Reply.Done.class);
      }
      Await.until("it was replaced", () -> isTold(cluster));
      awaitWhole(cluster);
      String data = " <(tail -c +12289 ";
      Shell.run(
          cluster.directory(),
          "cmp" + data + "ds1/chunks/" + file + ")" + data + "ds2/chunks/" + file + ")");
    }
  }

  private static boolean isTold(Cluster cluster) {
    return cluster.ask(new Query.GetEvents(0, 1000), Reply.Events.class).events().stream()
        .anyMatch(e -> e.text().contains("replaced by a good one"));
  }
}
