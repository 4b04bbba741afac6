package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes and malice: a clear error, nothing lost, nothing crashed. */
class BadInputIT {
  @TempDir Path dir;

  private Shell.Result dfs(String... arguments) {
    List<String> command = new ArrayList<>(List.of(Cluster.DFS));
    command.addAll(List.of(arguments));
    return Shell.attempt(dir, Map.of("DFS_NAMESERVER", ""), command.toArray(String[]::new));
  }

  /** One line that names the thing, a failing exit code, no stack trace. */
  private static void assertRefused(Shell.Result result, String... words) {
    assertNotEquals(0, result.exit(), result::all);
    assertTrue(!result.all().contains("\tat "), result::all);
    for (String word : words) {
      assertTrue(result.all().contains(word), () -> "no \"" + word + "\" in: " + result.all());
    }
  }

  @Test
  void aWrongClusterAddressIsNamed() {
    int nobody = Cluster.freePort();
    assertRefused(dfs("ls", "-n", "127.0.0.1:" + nobody, "/"), "127.0.0.1:" + nobody);
    assertRefused(dfs("ls", "-n", "no-such-host.invalid:9700", "/"), "no-such-host.invalid");
    assertRefused(dfs("ls", "-n", "127.0.0.1:notaport", "/"), "notaport");
    Shell.run(dir, "mkdir mnt");
    assertRefused(
        dfs("mount", "127.0.0.1:" + nobody, dir.resolve("mnt").toString()), "127.0.0.1:" + nobody);
  }

  @Test
  void aPortInUseIsNamed() {
    String taken = SharedCluster.cluster().address().toString();
    assertRefused(dfs("nameserver", "--dir", dir + "/ns", "--listen", taken), taken);
    assertRefused(
        dfs("dataserver", "--dir", dir + "/ds", "--listen", taken, "--nameserver", taken), taken);
  }

  @Test
  void aDirectoryThatIsNotOursOrNotUsableIsNamedAndUntouched() throws Exception {
    Files.writeString(dir.resolve("file"), "x");
    Files.createDirectory(dir.resolve("full"));
    Files.writeString(dir.resolve("full/precious"), "x");
    String ns = SharedCluster.cluster().address().toString();
    for (String bad : List.of("file", "full")) {
      String path = dir.resolve(bad).toString();
      String listen = "127.0.0.1:" + Cluster.freePort();
      assertRefused(dfs("nameserver", "--dir", path, "--listen", listen), path);
      assertRefused(dfs("dataserver", "--dir", path, "--listen", listen, "--nameserver", ns), path);
    }
    assertEquals("precious\n", Shell.run(dir.resolve("full"), "ls -A"));
    Path inUse = SharedCluster.cluster().directory().resolve("ns");
    assertRefused(
        dfs("nameserver", "--dir", inUse.toString(), "--listen", "127.0.0.1:" + Cluster.freePort()),
        inUse.toString());
  }

  @Test
  void aMountPointThatIsMissingAFileOrInUseIsNamed() throws Exception {
    String ns = SharedCluster.cluster().address().toString();
    assertRefused(dfs("mount", ns, dir + "/missing"), dir + "/missing");
    Files.writeString(dir.resolve("file"), "x");
    assertRefused(dfs("mount", ns, dir + "/file"), dir + "/file");
    String busy = SharedCluster.mount().path().toString();
    assertRefused(dfs("mount", ns, busy), busy);
    Shell.run(SharedCluster.mount().path(), "ls > /dev/null");
  }

  @Test
  void aStaleMountPointIsMountedOver() {
    Cluster cluster = SharedCluster.cluster();
    Mount mount = cluster.mount();
    mount.daemon().kill();
    Shell.Result dead = Shell.attempt(Path.of("/"), Map.of(), "ls", mount.path().toString());
    assertNotEquals(0, dead.exit());
    mount.mountAgain();
    Shell.run(mount.path(), "ls > /dev/null");
    mount.unmount();
  }

  @Test
  void mistakesInConfigurationAndOptionsAreNamedWithWhatWouldBeRight() throws Exception {
    Files.writeString(dir.resolve("bad.conf"), "[nameserver]\n\nreplicas = many\n");
    assertRefused(
        dfs("nameserver", "--config", dir + "/bad.conf", "--dir", dir + "/ns"),
        "bad.conf:3",
        "replicas");
    Files.writeString(
        dir.resolve("misspelt.conf"),
        "[nameserver]\nlisen = 127.0.0.1:1\n[client]\ndedline = 1 s\n");
    assertRefused(
        dfs("nameserver", "--config", dir + "/misspelt.conf", "--dir", dir + "/ns"),
        "misspelt.conf:2",
        "listen");
    assertRefused(
        dfs("mount", "--config", dir + "/misspelt.conf", "127.0.0.1:1", dir.toString()),
        "misspelt.conf:4",
        "deadline");
    assertRefused(dfs("nameserver", "--set", "replicas=99", "--dir", dir + "/ns"), "replicas");
    assertRefused(dfs("ls", "--colour"), "--colour");
    assertRefused(dfs("frobnicate"), "frobnicate");
    String ns = SharedCluster.cluster().address().toString();
    Shell.run(dir, "mkdir mnt");
    assertRefused(dfs("mount", ns, dir + "/mnt", "-o", "nosuchoption"), "nosuchoption");
  }

  @Test
  void namesOfAnyBytesAndUpTo255OfThemWork() {
    Path at = SharedCluster.newDirectory("names");
    String python =
        String.join(
            "\n",
            "import os, errno",
            "names = [bytes([b]) for b in range(1, 256) if b not in (46, 47)] + [b'n' * 255, b'\\xff\\xfe', b'a\\nb', '中'.encode() * 85]",
            "for n in names:",
            "  with open(n, 'wb') as f: f.write(n)",
            "assert sorted(os.listdir(b'.')) == sorted(names)",
            "for n in names: assert open(n, 'rb').read() == n",
            "for n in (b'x' * 256, b'd' * 300 + b'/x'):",
            "  try:",
            "    open(n, 'w'); raise SystemExit('a name too long was taken')",
            "  except OSError as e: assert e.errno == errno.ENAMETOOLONG, e",
            "os.symlink(b'\\xff target', b's\\xfe'); assert os.readlink(b's\\xfe') == b'\\xff target'",
            "for n in names: os.rename(n, b'r' + n[:254])",
            "os.remove(b's\\xfe')");
    Shell.run(at, "python3 - <<'EOF'\n" + python + "\nEOF");
    assertEquals(
        Shell.run(at, "ls -b | LC_ALL=C sort"),
        Shell.run(SharedCluster.otherMount().path("names"), "ls -b | LC_ALL=C sort"));
  }

  @Test
  void garbageAndOversizedFramesToEveryPortHarmNothing() throws Exception {
    Random random = new Random(4);
    List<Integer> ports = new ArrayList<>();
    ports.add(SharedCluster.cluster().address().port());
    SharedCluster.cluster()
        .status()
        .servers()
        .forEach(
            s ->
                ports.add(
                    Integer.parseInt(s.address().substring(s.address().lastIndexOf(':') + 1))));
    for (int port : ports) {
      for (int i = 0; i < 150; i++) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
          DataOutputStream out = new DataOutputStream(socket.getOutputStream());
          byte[] junk = new byte[random.nextInt(200_000)];
          random.nextBytes(junk);
          if (i % 2 == 0) {
            out.writeInt(random.nextInt());
            out.write(new byte[] {1, 0, 0, (byte) random.nextInt(80)});
            out.writeLong(random.nextLong());
            out.writeInt(random.nextInt(1 << 21));
          }
          out.write(junk);
        } catch (IOException e) {
          // the server hung up on us, as it should
        }
      }
    }
    Shell.run(
        SharedCluster.newDirectory("after-garbage"), "echo fine > f && [ \"$(cat f)\" = fine ]");
    assertTrue(SharedCluster.cluster().nameserver().isAlive());
    for (var server : SharedCluster.cluster().dataservers()) {
      assertTrue(server.isAlive());
      assertTrue(server.residentKiB() < 500 << 10, () -> server.residentKiB() + " KiB");
    }
  }

  @Test
  void aFullClusterSaysSoAndStaysReadableAndDeletable() {
    try (Cluster cluster = Cluster.start(new Cluster.Plan(0, List.of(), List.of()))) {
      for (int i = 1; i <= 2; i++) {
        Path disk = cluster.directory().resolve("disk" + i);
        Shell.run(
            cluster.directory(), "mkdir disk" + i + " && mount -t tmpfs -o size=96m none disk" + i);
        cluster.addDataserver(disk.resolve("data"), List.of("reserve=8 MiB"));
      }
      try {
        cluster.awaitOnline(2);
        Mount mount = cluster.mount();
        Shell.run(mount.path(), "head -c 10000000 /dev/urandom > keep");
        String want = Shell.run(mount.path(), "sha256sum < keep");
        Shell.Result full =
            Shell.attempt(
                mount.path(), Map.of(), "dd", "if=/dev/urandom", "of=fill", "bs=1M", "count=200");
        assertTrue(full.err().contains("No space left"), full.err());
        assertEquals(want, Shell.run(mount.path(), "sha256sum < keep"));
        Shell.run(mount.path(), "ls -l > /dev/null && mkdir d && mv keep d/keep && rm fill");
        Await.until(
            "space comes back",
            () ->
                Shell.attempt(
                            mount.path(),
                            Map.of(),
                            "dd",
                            "if=/dev/urandom",
                            "of=again",
                            "bs=1M",
                            "count=40")
                        .exit()
                    == 0);
        assertEquals(want, Shell.run(mount.path(), "sha256sum < d/keep"));
        mount.unmount();
      } finally {
        cluster.dataservers().forEach(d -> d.kill());
        Shell.run(cluster.directory(), "umount disk1 disk2");
      }
    }
  }
}
