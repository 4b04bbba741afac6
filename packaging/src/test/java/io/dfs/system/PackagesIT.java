package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the packages bring, by the word of dpkg and rpm, and that what they install works. */
class PackagesIT {
  private static final Path PACKAGES =
      Path.of(System.getProperty("dfs.packages", "target/packages"));

  @TempDir Path dir;

  @Test
  void eachPackageOfBothFormatsBringsItsPartAndKeepsTheConfiguration() throws IOException {
    for (String name : List.of("common", "nameserver", "dataserver", "client")) {
      Path deb = newest("dfs-" + name + "_", name.equals("common") ? "_amd64.deb" : "_all.deb");
      String depends = Shell.run(dir, "dpkg-deb -f " + deb + " Depends");
      assertTrue(
          depends.contains(name.equals("common") ? "jre-headless" : "dfs-common (="), depends);
    }
    assertEquals("/etc/dfs/dfs.conf\n", Shell.run(dir, "dpkg-deb -I " + common() + " conffiles"));
    String listed = Shell.run(dir, "dpkg-deb -c " + newest("dfs-client_", "_all.deb"));
    for (String path :
        List.of("/usr/sbin/mount.dfs ->", "/usr/bin/dfs ->", "man8/mount.dfs.8.gz")) {
      assertTrue(listed.contains(path), () -> path + " is not in\n" + listed);
    }
    String owners = Shell.run(dir, "dpkg-deb -c " + common() + " | awk '{print $2}' | sort -u");
    assertEquals("root/root\n", owners);
    try (Stream<Path> files = Files.list(PACKAGES)) {
      assertEquals(5, files.filter(f -> f.toString().endsWith(".rpm")).count());
    }
  }

  @Test
  void onlyNativeCodeOfThePlatformTravels() throws IOException {
    for (String platform : List.of("amd64", "arm64")) {
      Path tree = unpack(newest("dfs-common_", "_" + platform + ".deb"), platform);
      String natives =
          Shell.run(
              tree,
              "for j in usr/lib/dfs/lib/*.jar; do unzip -l $j; done"
                  + " | awk '$4 ~ /[.](so|dll|jnilib|dylib|a)$/ {print $4}'");
      String other = platform.equals("amd64") ? "aarch" : "(x86|linux64)";
      assertEquals(3, natives.lines().count(), natives);
      assertTrue(natives.lines().noneMatch(line -> line.matches(".*" + other + ".*")), natives);
    }
  }

  @Test
  void theInstalledFilesServeAndTellSystemdWhenTheyDo() throws IOException {
    Path tree = unpack(common(), "root");
    Path socket = dir.resolve("notify");
    Path heard = dir.resolve("heard");
    Process listener =
        new ProcessBuilder(
                "python3",
                "-c",
                "import socket,sys\n"
                    + "s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM);s.bind(sys.argv[1])\n"
                    + "open(sys.argv[2],'wb').write(s.recv(4096))",
                socket.toString(),
                heard.toString())
            .start();
    Process server = null;
    try {
      Await.until("listening", () -> Files.exists(socket));
      ProcessBuilder builder =
          new ProcessBuilder(
                  tree.resolve("usr/lib/dfs/bin/dfs").toString(),
                  "nameserver",
                  "--config",
                  tree.resolve("etc/dfs/dfs.conf").toString(),
                  "--dir",
                  dir.resolve("ns").toString(),
                  "--listen",
                  "127.0.0.1:" + Cluster.freePort())
              .redirectErrorStream(true)
              .redirectOutput(dir.resolve("log").toFile());
      builder.environment().put("NOTIFY_SOCKET", socket.toString());
      server = builder.start();
      Await.until("told", () -> Files.exists(heard) && Files.size(heard) > 0);
      String told = Files.readString(heard);
      assertTrue(told.contains("READY=1") && told.contains("STATUS=serving cluster"), told);
    } finally {
      listener.destroyForcibly();
      if (server != null) {
        server.destroyForcibly();
      }
    }
  }

  @Test
  void rpmsAreWholeAndLeaveWhatTheAdministratorHasChanged() throws IOException {
    Path database = Files.createDirectory(dir.resolve("rpmdb"));
    String rpm = "rpm --dbpath " + database + " ";
    Path common = newest("dfs-common-", "x86_64.rpm");
    Shell.run(dir, rpm + "-K --nosignature " + common);
    assertEquals("/etc/dfs/dfs.conf\n", Shell.run(dir, rpm + "-qp --configfiles " + common));
    assertTrue(Shell.run(dir, rpm + "-qp --requires " + common).contains("java-headless >= 1:17"));
    Path root = Files.createDirectory(dir.resolve("root"));
    Shell.run(
        dir,
        rpm
            + "--root / --relocate /="
            + root
            + " --badreloc --nodeps --noscripts -i "
            + common
            + " && test -x root/usr/lib/dfs/bin/dfs && test -s root/usr/lib/dfs/lib/jars");
  }

  @Test
  void theSystemdUnitsAreCorrectAndHardened() throws IOException {
    for (String server : List.of("nameserver", "dataserver")) {
      Path tree = unpack(newest("dfs-" + server + "_", "_all.deb"), server);
      Path unit = tree.resolve("usr/lib/systemd/system/dfs-" + server + ".service");
      String complaints =
          Shell.attempt(dir, Map.of(), "systemd-analyze", "verify", unit.toString()).all();
      assertFalse(complaints.contains("Unknown"), complaints);
      String security =
          Shell.run(dir, "systemd-analyze security --offline=true --threshold=30 " + unit);
      assertTrue(security.contains("OK"), security);
    }
  }

  private static Path common() throws IOException {
    return newest("dfs-common_", "_amd64.deb");
  }

  private Path unpack(Path deb, String name) throws IOException {
    Path tree = dir.resolve(name);
    Shell.run(dir, "dpkg-deb -x " + deb + " " + tree);
    return tree;
  }

  private static Path newest(String start, String end) throws IOException {
    try (Stream<Path> files = Files.list(PACKAGES)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith(start) && f.toString().endsWith(end))
          .findFirst()
          .orElseThrow(() -> new AssertionError(start + "..." + end + " is not in " + PACKAGES))
          .toAbsolutePath();
    }
  }
}
