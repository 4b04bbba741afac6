package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source tree of 10,000 files copied in by the usual programs. */
class SourceTreeIT {
  private static final int FILES = 10_000;

  /**
   * Everything that a copy has to keep: type, mode, owner, size, links, time to the nanosecond,
   * link target, name.
   */
  private static final String LISTING =
      "find . -type d -printf 'd %m %U %G %T@ %P\\n' -o -type l -printf 'l %U %G %l %P\\n'"
          + " -o -printf '%y %m %U %G %s %n %T@ %P\\n' | LC_ALL=C sort -k 2";

  @TempDir static Path local;

  @BeforeAll
  static void makeTree() {
    SourceTree.make(local.resolve("tree"), FILES, 42);
  }

  private static void assertSame(Path copy, String listing) {
    Shell.run(local, "diff -r --no-dereference '" + local.resolve("tree") + "' '" + copy + "'");
    assertEquals(Shell.run(local.resolve("tree"), listing), Shell.run(copy, listing));
  }

  @Test
  void cpArchiveComparesEqual() {
    Path dir = SharedCluster.newDirectory("cp");
    Shell.run(dir, "cp -a '" + local.resolve("tree") + "' .");
    assertSame(dir.resolve("tree"), LISTING);
    Shell.run(dir, "rm -r tree && [ -z \"$(ls -A .)\" ]");
  }

  @Test
  void untarredTreeComparesEqual() {
    Path dir = SharedCluster.newDirectory("tar");
    Shell.run(local, "tar cf tree.tar --format=posix tree");
    Shell.run(dir, "tar xpf '" + local.resolve("tree.tar") + "'");
    assertSame(dir.resolve("tree"), LISTING);
  }

  @Test
  void rsyncedTreeComparesEqualAndASecondRsyncTransfersNothing() {
    Path dir = SharedCluster.newDirectory("rsync");
    String rsync = "rsync -aH --itemize-changes '" + local.resolve("tree") + "' .";
    Shell.run(dir, rsync);
    assertSame(dir.resolve("tree"), LISTING);
    assertEquals("", Shell.run(dir, rsync), "the second rsync");
    Path other = SharedCluster.otherMount().path("rsync");
    assertEquals("", Shell.run(other, rsync), "the same on another mount");
    assertTrue(Shell.run(other, "find tree -type f | wc -l").strip().matches("\\d{4,}"));
  }
}
