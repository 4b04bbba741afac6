package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** mount.dfs and umount.dfs as mount(8) and umount(8) call them. */
class MountHelperIT {
  private static final int USAGE = 1;
  private static final int FAILURE = 32;

  @TempDir Path dir;
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(dir.resolve("mnt"));
  }

  @AfterEach
  void takeAway() {
    Shell.attempt(dir, Map.of(), "umount", "-i", "-l", folder.toString());
  }

  @Test
  void aDirectoryOfTheClusterBecomesTheRootOfTheMount() {
    Path home = SharedCluster.newDirectory("helper");
    Shell.run(home, "mkdir -p a/b && echo deep > a/b/file && ln a/b/file a/link");

    Shell.Result mounted = mount("-o", "rw,noatime,_netdev,nofail,user=root");
    assertEquals(0, mounted.exit(), mounted::all);
    assertEquals("", mounted.all(), "silent as mount(8) is");
    assertEquals("deep\n", Shell.run(folder, "cat a/b/file"));
    assertEquals("a\n", Shell.run(folder, "ls -A"));
    assertEquals("fuse.dfs " + source(), shown("FSTYPE,SOURCE"));
    assertTrue(shown("OPTIONS").contains("noatime"));

    Shell.run(folder, "echo new > file && mv a/link .");
    assertEquals(0, helper("umount.dfs", folder.toString()).exit());
    assertFalse(isMounted());
    assertEquals("new\ndeep\n", Shell.run(home, "cat file link"));
  }

  @Test
  void aReadOnlyMountRefusesWritesUntilItIsRemounted() {
    SharedCluster.newDirectory("helper");
    assertEquals(0, mount("-o", "ro").exit());
    Shell.Result write = Shell.attempt(folder, Map.of(), "touch", "f");
    assertTrue(write.err().contains("Read-only"), write::all);
    assertEquals(0, mount("-o", "remount,rw").exit());
    Shell.run(folder, "touch f");
  }

  @Test
  void wrongUsageAndFailuresHaveMountsExitCodesAndOneLine() throws IOException {
    SharedCluster.newDirectory("helper");
    refused(USAGE, "no such mount option: fast", mount("-o", "fast"));
    refused(FAILURE, "/no/such: ", helper("mount.dfs", address() + ":/no/such", folder.toString()));
    refused(FAILURE, "no such directory", helper("mount.dfs", source(), dir + "/none"));
    Path file = Files.writeString(dir.resolve("file"), "");
    refused(FAILURE, "not a directory", helper("mount.dfs", source(), file.toString()));
    String nobody = "127.0.0.1:" + Cluster.freePort() + ":/";
    refused(
        FAILURE,
        "cannot reach the cluster",
        helper("mount.dfs", nobody, folder.toString(), "-o", "connect-timeout=200ms"));
    refused(USAGE, "usage", helper("mount.dfs", source()));
    assertFalse(isMounted());
  }

  @Test
  void sloppyPassesOverUnknownOptionsAndFakeMountsNothing() {
    SharedCluster.newDirectory("helper");
    assertEquals(0, mount("-f", "-v").exit());
    assertFalse(isMounted());
    assertEquals(0, mount("-s", "-n", "-o", "fast").exit());
    assertTrue(isMounted());
    refused(FAILURE, "mounted here already", mount());
  }

  private static void refused(int code, String why, Shell.Result result) {
    assertEquals(code, result.exit(), result::all);
    assertTrue(result.err().contains(why), result::all);
    assertEquals(1, result.all().lines().count(), result::all);
  }

  private static String address() {
    return SharedCluster.cluster().address().toString();
  }

  private static String source() {
    return address() + ":/helper";
  }

  private Shell.Result mount(String... options) {
    List<String> arguments = new ArrayList<>(List.of(source(), folder.toString()));
    arguments.addAll(List.of(options));
    return helper("mount.dfs", arguments.toArray(String[]::new));
  }

  private Shell.Result helper(String name, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Cluster.DISTRIBUTION.resolve("bin").resolve(name).toString());
    command.addAll(List.of(arguments));
    return Shell.attempt(dir, Map.of(), command.toArray(String[]::new));
  }

  private String shown(String columns) {
    return Shell.run(dir, "findmnt -n -o " + columns + " '" + folder + "'")
        .strip()
        .replaceAll(" +", " ");
  }

  private boolean isMounted() {
    return Shell.attempt(dir, Map.of(), "mountpoint", "-q", folder.toString()).exit() == 0;
  }
}
