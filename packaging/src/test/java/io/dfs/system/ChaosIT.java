package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.message.Reply;
import io.dfs.system.chaos.Faults;
import io.dfs.system.chaos.Workloads;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Shell;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Everything that can happen to a cluster of five dataservers, one thing after another, under three
 * mounts that check every byte. At the end all copies are back and a check of the whole filesystem
 * finds nothing. {@code -Ddfs.chaos.seconds=N} makes it longer ({@code packaging/soak}); {@code
 * -Ddfs.chaos.seed=N} repeats a schedule.
 */
class ChaosIT {
  private static final int USUAL_SECONDS = 60;

  @Test
  void whateverFailsForAWhileEveryByteThatWasClosedIsThereAtTheEnd() throws Exception {
    long seconds = Long.getLong("dfs.chaos.seconds", USUAL_SECONDS);
    long seed = Long.getLong("dfs.chaos.seed", System.nanoTime());
    System.out.println("seed " + seed + " (repeat with -Ddfs.chaos.seed=" + seed + ")");
    try (Cluster cluster =
        Cluster.start(
            new Cluster.Plan(
                0,
                List.of(
                    "replicas=3",
                    "suspect=2s",
                    "offline=4s",
                    "heartbeat=500ms",
                    "compact-interval=5s",
                    "compact-age=0s",
                    "compact-grace=5s",
                    "repair-after=6s",
                    "repair-rate=1GiB",
                    "balance-min=0B"),
                List.of()))) {
      try (Faults faults = new Faults(cluster, seed);
          Workloads workloads = new Workloads(cluster, 3, seed)) {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() < end && workloads.failure() == null) {
          faults.next();
        }
        faults.heal();
        int operations = workloads.stop();
        assertNull(
            workloads.failure(),
            () -> "seed " + seed + "\n" + faults.schedule() + "\n" + workloads.warnings());
        assertTrue(
            operations > seconds, () -> "seed " + seed + ": only " + operations + " operations");
        workloads.verifyOnAllMounts();
        System.out.println(operations + " operations");
        awaitAllCopies(cluster);
        workloads.unmount();
        awaitNothingWrong(cluster, seed);
      }
    }
  }

  /** What an unmount leaves behind is worked off within seconds. */
  private static void awaitNothingWrong(Cluster cluster, long seed) {
    AtomicReference<String> last = new AtomicReference<>("");
    try {
      Await.until(
          "fsck finds nothing",
          () -> {
            Shell.Result check = cluster.dfs("fsck");
            last.set(check.all());
            return check.exit() == 0;
          });
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + "\n" + last.get(), e);
    }
  }

  private static void awaitAllCopies(Cluster cluster) {
    Await.until(
        "all copies",
        () -> {
          Reply.ClusterStatus status = cluster.status();
          return status.repair().groups() == 0 && status.problems().isEmpty();
        });
  }
}
