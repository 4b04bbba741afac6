package io.dfs.client.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dfs.client.cli.doctor.Finding.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksTest {
  @TempDir Path root;

  private final List<Finding> found = new ArrayList<>();

  private Level last() {
    Finding finding = found.get(found.size() - 1);
    assertEquals(
        finding.level() == Level.OK, finding.action().isEmpty(), () -> finding + ": what to do?");
    return finding.level();
  }

  private void file(String name, String text) throws IOException {
    Path path = root.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void anOldKernelOrJavaAndMissingFuseAreToldWithWhatToDo() throws Exception {
    MachineCheck check = new MachineCheck(root, found::add);
    check.java(17);
    assertEquals(Level.OK, last());
    check.java(11);
    assertEquals(Level.ERROR, last());
    file("proc/sys/kernel/osrelease", "5.10.0-8-amd64\n");
    check.kernel();
    assertEquals(Level.OK, last());
    file("proc/sys/kernel/osrelease", "4.19.0\n");
    check.kernel();
    assertEquals(Level.WARN, last());
    check.fuse();
    assertEquals(Level.WARN, last());
    file("dev/fuse", "");
    check.fuse();
    assertEquals(Level.OK, last());
    check.fusermount(root.toString(), "ann");
    assertEquals(Level.WARN, last());
    check.fusermount(root.toString(), "root");
    assertEquals(Level.OK, last());
    file("proc/self/limits", "Max open files            1024                 4096        files\n");
    check.openFiles();
    assertEquals(Level.WARN, last());
  }

  @Test
  void clocksMayDifferByLessThanTwoSeconds() {
    found.add(ClusterCheck.clock("server", 1900));
    assertEquals(Level.OK, last());
    found.add(ClusterCheck.clock("server", 2500));
    assertEquals(Level.WARN, last());
    found.add(ClusterCheck.clock("server", 90_000));
    assertEquals(Level.ERROR, last());
  }

  @Test
  void mountsOfDfsAreFoundAmongOthers() {
    String table =
        "36 35 98:0 / / rw - ext4 /dev/sda rw\n"
            + "40 36 0:40 / /mnt/my\\040files rw,nosuid - fuse.dfs ns:/ rw\n"
            + "41 36 0:41 / /mnt/x rw - fuse.sshfs host: rw\n";
    assertEquals(
        List.of(Path.of("/mnt/my files")),
        DfsMounts.parse(table).stream().map(DfsMounts.Mount::path).toList());
    assertFalse(DfsMounts.parse("").iterator().hasNext());
  }
}
