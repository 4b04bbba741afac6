package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The nameserver's machine is lost; an older backup of its tree meets newer chunks. */
class BackupIT {
  /** So often that a wrong inventory rule would delete chunks within the test. */
  private static final Cluster.Plan PLAN =
      new Cluster.Plan(2, List.of(), List.of("reserve=0", "inventory-interval=1s"));

  private static String ok(Cluster cluster, String... arguments) {
    Shell.Result result = cluster.dfs(arguments);
    assertEquals(0, result.exit(), () -> String.join(" ", arguments) + "\n" + result.all());
    return result.out();
  }

  private static Set<String> chunks(Cluster cluster) {
    return new TreeSet<>(
        Shell.run(cluster.directory(), "find ds1 ds2 -name '*.chunk'").lines().toList());
  }

  @Test
  void anOlderBackupBringsItsFilesBackAndNoNewerChunkIsLost() throws Exception {
    try (Cluster cluster = Cluster.start(PLAN)) {
      Mount mount = cluster.mount();
      Path local = cluster.directory().resolve("local");
      SourceTree.make(mount.path("tree"), 200, 5);
      Shell.run(mount.path(), "head -c 9000000 /dev/urandom > big && sync -f big");
      Shell.run(cluster.directory(), "mkdir local && cp -a mnt1/tree mnt1/big local/");

      Path backup = cluster.directory().resolve("backup");
      Path dump = cluster.directory().resolve("dump");
      ok(cluster, "metadata", "backup", backup.toString());
      ok(cluster, "metadata", "dump", dump.toString());
      assertTrue(
          Shell.run(cluster.directory(), "head -1 dump; tail -1 dump").contains("\"end\":"),
          "a dump has an end");

      Set<String> old = chunks(cluster);

      // The old chunks go on growing, and there are new ones.
      Shell.run(
          mount.path(),
          "for i in $(seq 50); do echo newer $i > newer$i; done;"
              + " head -c 9000000 /dev/urandom > newer-big");
      SourceTree.make(mount.path("newer-tree"), 100, 6);
      mount.unmount();
      Set<String> before = chunks(cluster);
      Set<String> newer = new TreeSet<>(before);
      newer.removeAll(old);
      assertFalse(newer.isEmpty());

      Set<String> lives = new TreeSet<>();
      for (String how : List.of("restore", "load")) {
        Set<String> life = chunks(cluster);
        cluster.nameserver().stop();
        Path from = how.equals("restore") ? backup : dump;
        String dir = cluster.directory().resolve("ns").toString();
        assertNotEquals(0, cluster.dfs("metadata", how, from.toString(), "--dir", dir).exit());
        Shell.run(cluster.directory(), "rm -rf ns");
        ok(cluster, "metadata", how, from.toString(), "--dir", dir);
        cluster.nameserver().start();
        cluster.awaitOnline(2);
        mount.mountAgain();
        Shell.run(mount.path(), "ls -A | sort | tr '\\n' ' ' | grep -x 'big tree '");
        Shell.run(mount.path(), "diff -r --no-dereference '" + local + "' .");

        Shell.run(mount.path(), "mkdir after");
        SourceTree.make(mount.path("after/tree"), 100, 7);
        Shell.run(cluster.directory(), "rm -rf after; cp -a mnt1/after .");
        TimeUnit.SECONDS.sleep(3); // some inventories
        mount.unmount();
        mount.mountAgain();
        Shell.run(mount.path(), "diff -r --no-dereference '" + local + "/tree' tree");
        Shell.run(mount.path(), "diff -r --no-dereference ../after after");
        Set<String> lost = new TreeSet<>(before);
        lost.removeAll(chunks(cluster));
        assertEquals(Set.of(), lost, "chunks that are gone after dfs metadata " + how);
        if (lives.isEmpty()) {
          lives.addAll(chunks(cluster));
          lives.removeAll(life);
        }
        mount.unmount();
      }

      assertTrue(ok(cluster, "status").contains("discard-newer"), "status says how to free them");
      ok(cluster, "metadata", "discard-newer");
      Await.until("newer chunks go", () -> Collections.disjoint(chunks(cluster), newer));
      Await.until(
          "those of after the first restore, too",
          () -> Collections.disjoint(chunks(cluster), lives));
      mount.mountAgain();
      Shell.run(
          mount.path(),
          "diff -r --no-dereference '" + local + "/tree' tree && cmp big ../local/big");
    }
  }

  @Test
  void backupsAreTakenNowAndThen() throws Exception {
    try (Cluster cluster =
        Cluster.start(new Cluster.Plan(0, List.of("backup-count=2"), List.of()))) {
      Path target = cluster.directory().resolve("backups");
      cluster.nameserver().stop();
      cluster.nameserver().with("--set", "backup-dir=" + target, "--set", "backup-interval=1s");
      cluster.nameserver().start();
      Await.until(
          "a third backup, and the first is gone",
          () ->
              cluster
                          .nameserver()
                          .logText()
                          .lines()
                          .filter(l -> l.contains("took the backup"))
                          .count()
                      >= 3
                  && Shell.run(cluster.directory(), "ls backups/*.dfsbackup").lines().count() == 2);
      // Or it would remove, two seconds on, the one that is being restored.
      cluster.nameserver().stop();
      ok(
          cluster,
          "metadata",
          "restore",
          Shell.run(target, "ls -d $PWD/*.dfsbackup | tail -1").strip(),
          "--dir",
          cluster.directory().resolve("restored").toString());
    }
  }
}
