package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deleted by mistake. */
class TrashIT {
  /** What lived no longer is not kept. */
  private static final int MIN_AGE_S = 10;

  @TempDir Path local;

  private static String ok(String... arguments) {
    Shell.Result result = SharedCluster.cluster().dfs(arguments);
    assertEquals(0, result.exit(), () -> String.join(" ", arguments) + "\n" + result.all());
    return result.out();
  }

  @Test
  void whatWasDeletedIsListedAndRestoredByCommandAndThroughTheFolder() throws Exception {
    Path d = SharedCluster.newDirectory("trash");
    SourceTree.make(d.resolve("tree"), 300, 8);
    // Of a file with several names only the last one is kept.
    Shell.run(d, "find tree -type f -links +1 -delete");
    Shell.run(d, "echo one > f; echo precious > g; mkdir open; chmod 777 open");
    Shell.run(d.resolve("open"), "echo hers > hers; chown 1234 hers");
    Shell.run(d, "cp -a '" + d + "/tree' '" + local + "'");
    ok("set", "--trash", "0", "/trash/open"); // for a moment
    ok("set", "--trash", "inherit", "/trash/open");
    TimeUnit.SECONDS.sleep(MIN_AGE_S + 1);

    Shell.run(d, "rm -rf tree g open/hers; echo two > f.new; mv f.new f; echo 3 > brief; rm brief");
    String listed = ok("trash", "ls", "/trash");
    for (String path : List.of("/trash/tree", "/trash/f", "/trash/g", "/trash/open/hers")) {
      assertTrue(listed.contains(path + "\n"), listed);
    }
    assertFalse(listed.contains("brief"), listed);
    assertTrue(ok("status").contains("trash"), "status shows it");

    ok("trash", "restore", "/trash/tree");
    Shell.run(d, "diff -r --no-dereference tree '" + local.resolve("tree") + "'");
    assertNotEquals(0, SharedCluster.cluster().dfs("trash", "restore", "/trash/f").exit());
    ok("trash", "restore", "/trash/f", "--to", "/trash/f.old");
    assertEquals("one\ntwo\n", Shell.run(d, "cat f.old f"));

    Path root = SharedCluster.mount().path();
    Shell.run(root, "! ls -A | grep -x .trash");
    assertEquals("g\n", Shell.run(root, "ls .trash/trash | grep -x g"));
    assertEquals("precious\n", Shell.run(root, "cat .trash/trash/g"));
    Shell.run(root, "mv .trash/trash/g trash/g");
    assertEquals("precious\n", Shell.run(d, "cat g"));
    assertNotEquals(
        0, Shell.attempt(root, Map.of(), "bash", "-c", "echo x > .trash/trash/new").exit());
    Shell.run(root, "ls .trash/trash/open | grep -x hers && rm .trash/trash/open/hers");
    Await.until("the kernel has forgotten", () -> !ok("trash", "ls", "/trash").contains("hers"));
    Shell.run(d, "rm -rf tree");
    ok("trash", "empty");
    Await.until(
        "the trash is empty",
        () -> ok("df", "--json").replace(" ", "").contains("\"trashInodes\":0"));
  }

  @Test
  void aWriterNeverLacksTheSpaceThatTheTrashHas() throws Exception {
    try (Cluster cluster = Cluster.start(new Cluster.Plan(0, List.of(), List.of()))) {
      for (int i = 1; i <= 2; i++) {
        Path disk = cluster.directory().resolve("disk" + i);
        Shell.run(
            cluster.directory(), "mkdir disk" + i + " && mount -t tmpfs -o size=96m none disk" + i);
        cluster.addDataserver(disk.resolve("data"), List.of("reserve=8 MiB"));
      }
      try {
        cluster.awaitOnline(2);
        cluster.dfs("set", "--chunk-size", "4MiB", "/");
        Mount mount = cluster.mount();
        Shell.run(mount.path(), "head -c 60000000 /dev/urandom > first; sync -f first");
        TimeUnit.SECONDS.sleep(MIN_AGE_S + 1);
        Shell.run(mount.path(), "rm first");
        assertTrue(cluster.dfs("trash", "ls").out().contains("/first"));
        Shell.run(mount.path(), "head -c 60000000 /dev/urandom > second && sync -f second");
        assertFalse(cluster.dfs("trash", "ls").out().contains("/first"));
        mount.unmount();
      } finally {
        cluster.dataservers().forEach(d -> d.kill());
        Shell.run(cluster.directory(), "umount disk1 disk2");
      }
    }
  }
}
