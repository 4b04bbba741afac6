package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.message.Query;
import io.dfs.common.message.Reply.CompactionStatus;
import io.dfs.common.message.ServerInfo;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Space of dead bytes comes back, and nobody loses by it. */
class CompactionIT {
  private static final Cluster.Plan EAGER =
      new Cluster.Plan(
          3,
          List.of(
              "heartbeat=200ms",
              "trash=0s",
              "compact-interval=1s",
              "compact-rate=1GiB",
              "compact-age=0s",
              "compact-grace=2s"),
          List.of("reserve=0"));

  @Test
  void whenNineOfTenSmallFilesAreDeletedTheirSpaceComesBackUnderWhoReadsTheRest() {
    try (Cluster cluster = Cluster.start(EAGER)) {
      Mount mount = cluster.mount();
      Shell.run(
          mount.path(),
          "mkdir d; for i in $(seq 10000); do printf '%04096d' $i > d/$i; done; mkdir e");
      Mount reader = cluster.mount();
      // The last chunk of a mount is sealed when it ends; a mostly dead open one would stay.
      mount.unmount();
      mount.mountAgain();
      long before = 2 * 10_000 * 4096L;
      Await.until("all copies are told of", () -> used(cluster) >= before);
      Shell.run(mount.path(), "cd d; seq 10000 | grep -v 7$ | xargs rm");
      // At most half of a chunk may be dead, so a tenth that is live takes a fifth at most.
      Await.until("the space comes back", () -> used(cluster) < before / 4);
      String compare =
          "cat $(seq -f d/%.0f 7 10 10000) | cmp - <(printf '%04096d' $(seq 7 10 10000))";
      Shell.run(mount.path(), compare);
      Shell.run(reader.path(), compare);
      assertEquals("1000\n", Shell.run(reader.path(), "ls d | wc -l"));
      CompactionStatus status = status(cluster);
      assertTrue(status.movedBytes() >= 1000 * 4096L, status::toString);
      assertEquals(0, status.failedTasks());
    }
  }

  @Test
  void aFileThatWasWrittenInManySmallPiecesBecomesFewExtentsAndStaysReadableInOpenHandles()
      throws Exception {
    try (Cluster cluster = Cluster.start(EAGER)) {
      Mount mount = cluster.mount();
      Shell.run(
          mount.path(),
          "python3 - <<'E'\n"
              + "import os, random\n"
              + "r = random.Random(7)\n"
              + "data = bytearray(r.randbytes(8 << 20))\n"
              + "open('want', 'wb').write(data)\n"
              + "f = os.open('f', os.O_RDWR | os.O_CREAT)\n"
              + "os.pwrite(f, bytes(len(data)), 0)\n"
              + "order = list(range(0, len(data), 8192)); r.shuffle(order)\n"
              + "for at in order:\n"
              + "  os.pwrite(f, data[at:at+8192], at)\n"
              + "os.close(f)\n"
              + "E\n");
      Mount reader = cluster.mount();
      Process holder = reads(reader, "opened", "go");
      try {
        Await.until("it is open", () -> Files.exists(mount.path("opened")));
        Await.until("few extents", () -> extents(cluster) < 100);
        // Two files of 8 MiB, twice; with what was overwritten it was three times that.
        Await.until("the old chunks are gone", () -> used(cluster) < 2 * (20L << 20));
        Files.createFile(mount.path("go"));
        assertEquals(0, holder.waitFor(), "what the open handle reads");
        Shell.run(mount.path(), "cmp f want");
      } finally {
        holder.destroy();
      }
    }
  }

  /** A program that opens f, says so, waits for a word, and compares what it reads then. */
  private static Process reads(Mount mount, String says, String waitsFor) throws Exception {
    String program =
        "import os, time\n"
            + "f = os.open('f', os.O_RDONLY)\n"
            + ("open('" + says + "', 'w').close()\n")
            + ("while '" + waitsFor + "' not in os.listdir('.'): time.sleep(0.1)\n")
            + "have = b''.join(iter(lambda: os.read(f, 1 << 20), b''))\n"
            + "assert have == open('want', 'rb').read()\n";
    return new ProcessBuilder("python3", "-c", program)
        .directory(mount.path().toFile())
        .inheritIO()
        .start();
  }

  private static int extents(Cluster cluster) {
    String layout = cluster.dfs("layout", "--json", "/f").out();
    return layout.split("\"length\"", -1).length - 1;
  }

  private static long used(Cluster cluster) {
    return cluster.status().servers().stream().mapToLong(ServerInfo::usedBytes).sum();
  }

  private static CompactionStatus status(Cluster cluster) {
    return cluster.ask(new Query.Compaction(Query.Compaction.LOOK), CompactionStatus.class);
  }
}
