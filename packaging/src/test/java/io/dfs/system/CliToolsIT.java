package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look after a cluster and move trees of files. */
class CliToolsIT {
  @TempDir Path local;

  private static String ok(String... arguments) {
    Shell.Result result = SharedCluster.cluster().dfs(arguments);
    assertEquals(0, result.exit(), () -> String.join(" ", arguments) + "\n" + result.all());
    return result.out();
  }

  private static JsonNode json(String... arguments) throws Exception {
    return new ObjectMapper().readTree(ok(arguments));
  }

  private String path(String name) {
    return local.resolve(name).toString();
  }

  @Test
  void saveAndLoadArePutAndGetAndACloneTakesNoSpace() throws Exception {
    Path mounted = SharedCluster.newDirectory("clone");
    Shell.run(local, "head -c 5000000 /dev/urandom > f && chmod 640 f");
    ok("save", path("f"), "/clone/f");
    ok("mkdir", "/clone/tree");
    ok("clone", "/clone/f", "/clone/tree");
    ok("clone", "-r", "/clone/tree", "/clone/copy");
    ok("load", "/clone/copy/f", path("back"));
    Shell.run(local, "cmp f back");
    assertEquals(
        json("layout", "--json", "/clone/f").get("extents"),
        json("layout", "--json", "/clone/copy/f").get("extents"));
    // A write to the copy leaves the source alone.
    Shell.run(mounted, "echo other > copy/f && cmp f '" + path("f") + "' && ! cmp -s f copy/f");
    assertNotEquals(0, SharedCluster.cluster().dfs("clone", "-r", "/clone", "/clone/in").exit());
  }

  @Test
  void aProfileSaysWhatProgramsAskOfAMount() throws Exception {
    Path mounted = SharedCluster.newDirectory("profile");
    Process program =
        new ProcessBuilder(
                "sh", "-c", "while :; do echo x >f; mkdir d; cat missing; rmdir d; rm f; done")
            .directory(mounted.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      JsonNode profile = json("profile", mounted.toString(), "-i", "500ms", "-c", "1", "--json");
      Map<String, JsonNode> operations = new HashMap<>();
      profile.get("operations").forEach(o -> operations.put(o.get("name").asText(), o));
      assertEquals(0, operations.get("mkdir").get("errors").asLong(), profile::toString);
      assertTrue(operations.get("lookup").get("errors").asLong() > 0, profile::toString);
      assertTrue(operations.get("write").get("p99Micros").asDouble() > 0, profile::toString);
      assertTrue(ok("profile", mounted.toString(), "-c", "1").contains("p99 us"));
    } finally {
      program.destroyForcibly().waitFor();
    }
    Shell.Result elsewhere = SharedCluster.cluster().dfs("profile", local.toString());
    assertNotEquals(0, elsewhere.exit());
    assertTrue(elsewhere.all().contains("no dfs is mounted here"), elsewhere::all);
  }

  @Test
  void duCountsNamesOfAFileOnceAndEveryCopy() throws Exception {
    Path mounted = SharedCluster.newDirectory("du");
    Shell.run(
        mounted, "mkdir -p a/b && head -c 100000 /dev/zero | tr '\\0' x > a/b/f && ln a/b/f a/g");
    JsonNode sum = json("du", "-s", "--json", "/du").get(0);
    assertEquals(100_000, sum.get("bytes").asLong());
    assertEquals(200_000, sum.get("storedBytes").asLong());
    assertEquals(4, sum.get("inodes").asLong());
    assertEquals(3, json("du", "--json", "/du").size(), "a line for each directory");
  }

  @Test
  void tailShowsTheLastLinesAndFollows() throws Exception {
    Path mounted = SharedCluster.newDirectory("tail");
    Shell.run(mounted, "seq 1 100000 > log");
    assertEquals("99999\n100000\n", ok("tail", "-n", "2", "/tail/log"));
    assertEquals(100_000, ok("tail", "-n", "200000", "/tail/log").lines().count());
    String follow = Cluster.DFS + " tail -n 1 -f /tail/log > '" + path("seen") + "' & tail=$!\n";
    String await = "until grep -q '^%s$' '" + path("seen") + "'; do sleep 0.1; done\n";
    Shell.run(
        mounted,
        "export DFS_NAMESERVER="
            + SharedCluster.cluster().address()
            + "\n"
            + follow
            + "trap 'kill $tail' EXIT\n"
            + String.format(await, "100000")
            + "echo appended >> log\n"
            + String.format(await, "appended")
            + "echo new > other && mv other log\n"
            + String.format(await, "new"));
    assertEquals("100000\nappended\nnew\n", Files.readString(local.resolve("seen")));
  }

  @Test
  void syncMakesTreesAlikeInBothDirectionsAndThenCopiesNothing() throws Exception {
    Path mounted = SharedCluster.newDirectory("sync");
    Shell.run(
        local,
        "mkdir -p s/a/b && cd s && seq 1 1000 > a/x && ln a/x a/b/hard && ln -s ../x a/b/soft"
            + " && head -c 3000000 /dev/urandom > big && chmod 600 big && touch -d '2020-01-01"
            + " 10:00:00.123456' big a/b");
    JsonNode first = json("sync", "--json", path("s"), "dfs:/sync/t");
    assertEquals(2, first.get("copiedFiles").asInt(), first::toString);
    JsonNode second = json("sync", "--json", path("s"), "dfs:/sync/t");
    assertEquals(0, second.get("copiedFiles").asInt(), second::toString);
    assertEquals(0, second.get("changed").asInt(), second::toString);
    String describe = "find . | sort | xargs stat -c '%n %A %s %.6Y %h'";
    String wanted = Shell.run(local.resolve("s"), describe + " | grep -v soft | tail -n +2");
    String there = Shell.run(mounted.resolve("t"), describe + " | grep -v soft | tail -n +2");
    assertEquals(files(wanted), files(there));
    assertEquals("../x\n", Shell.run(mounted.resolve("t"), "readlink a/b/soft"));

    json("sync", "--json", "dfs:/sync/t", path("back"));
    Shell.run(local, "diff -r s back && test back/a/x -ef back/a/b/hard");

    Shell.run(mounted.resolve("t"), "echo more >> a/x && touch extra");
    Shell.run(local.resolve("back"), "rm big && mkdir own && touch own/f");
    String dry = ok("sync", "--dry-run", "--delete", "dfs:/sync/t", path("back"));
    assertTrue(dry.contains("- own\n") && dry.contains("+ big\n"), dry);
    assertTrue(Files.exists(local.resolve("back/own/f")), "a dry run changes nothing");
    ok("sync", "--delete", "dfs:/sync/t", path("back"));
    Shell.run(local, "diff -r back '" + mounted.resolve("t") + "'");
    assertEquals(2, SharedCluster.cluster().dfs("sync", path("s"), path("t")).exit());
  }

  /** Of files and directories; directories have other sizes and counts of names everywhere. */
  private static String files(String listing) {
    return listing.replaceAll("(?m)^(\\S+ d\\S+) \\d+ (\\S+) \\d+$", "$1 $2");
  }

  @Test
  void theDoctorFindsACommonClusterWellAndCollectsABundle() throws Exception {
    Shell.Result result =
        SharedCluster.cluster().dfs("doctor", "--json", "--bundle", path("r.tar.gz"));
    JsonNode findings = new ObjectMapper().readTree(result.out());
    boolean servers = false;
    for (JsonNode finding : findings) {
      servers |= finding.get("subject").asText().startsWith("dataserver 3");
      // How full this machine's disks are, and what else is mounted, is not this test's affair.
      assertTrue(
          !finding.get("level").asText().equals("ERROR")
              || finding.get("text").asText().contains(" free of ")
              || finding.get("subject").asText().startsWith("mount "),
          findings::toPrettyString);
    }
    assertTrue(servers, findings::toPrettyString);
    String names = Shell.run(local, "tar tzf r.tar.gz");
    assertTrue(names.contains("dfs-report/status.txt"), names);
    assertTrue(names.contains("dfs-report/doctor.json"), names);

    Shell.Result nobody = SharedCluster.cluster().dfs("doctor", "-n", "127.0.0.1:1");
    assertEquals(1, nobody.exit(), nobody::all);
    assertTrue(nobody.out().contains("ERROR nameserver 127.0.0.1:1"), nobody::all);
  }

  @Test
  void explainFindsTheCopiesOfAFileByItsPathHereAndThere() throws Exception {
    Path mounted = SharedCluster.newDirectory("explain");
    Shell.run(mounted, "head -c 100000 /dev/urandom > f");
    JsonNode file = json("explain", "--json", "/explain/f");
    assertEquals(2, file.get("chunks").get(0).get("goodCopies").asInt(), file::toPrettyString);
    JsonNode same = json("explain", "--json", mounted.resolve("f").toString());
    assertEquals(file.get("chunks"), same.get("chunks"));
    assertTrue(ok("explain", "EIO").contains("dfs fsck"));
  }

  @Test
  void clientsAndTheirLocksAreListed() throws Exception {
    Path mounted = SharedCluster.newDirectory("locks");
    String dfs = "DFS_NAMESERVER=" + SharedCluster.cluster().address() + " " + Cluster.DFS;
    String locks =
        Shell.run(mounted, "echo x > f && flock f sh -c '" + dfs + " locks --json /locks/f'");
    JsonNode lock = new ObjectMapper().readTree(locks).get(0);
    assertEquals("FLOCK", lock.get("kind").asText());
    assertEquals("WRITE", lock.get("type").asText());
    String mount = "mount " + SharedCluster.mount().path("");
    assertTrue(
        lock.get("client").asText().startsWith(mount.replaceAll("/$", "")), lock::toPrettyString);
    assertEquals(0, json("locks", "--json", "/locks/f").size());
    assertTrue(ok("sessions").contains("dfs sessions on "));
  }

  @Test
  void countersRiseByWhatIsDone() throws Exception {
    SharedCluster.newDirectory("stats");
    Shell.run(local, "head -c 1000000 /dev/urandom > f");
    long before = received(json("stats", "--json"));
    ok("put", path("f"), "/stats/f");
    long now = received(json("stats", "--json"));
    assertTrue(now - before >= 2_000_000, before + " then " + now);
    assertEquals(2, ok("stats", "-i", "100ms", "-c", "2", "--json").lines().count());
    assertTrue(ok("top", "-i", "100ms").contains("dataserver 3"));
  }

  private static long received(JsonNode stats) {
    long bytes = 0;
    for (JsonNode server : stats) {
      bytes += server.get("receivedBytes").asLong();
    }
    return bytes;
  }

  @Test
  void warmupReadsWhatIsInAMountedFolderOnly() throws Exception {
    Path mounted = SharedCluster.newDirectory("warm");
    Shell.run(mounted, "mkdir d && head -c 2097152 /dev/urandom > d/f && echo x > g");
    String read = ok("warmup", mounted.toString());
    assertTrue(read.startsWith("read 2 files with 2"), read);
    assertNotEquals(0, SharedCluster.cluster().dfs("warmup", local.toString()).exit());
  }

  @Test
  void aShellRunsCommandsInItsDirectoryAndEndsAtTheFirstThatFails() throws Exception {
    SharedCluster.newDirectory("shell");
    Shell.run(local, "echo hello > 'my file'");
    Files.writeString(
        local.resolve("script"),
        """
        # relative paths, quotes, .. and all commands
        cd /shell
        mkdir -p a/b
        put 'my file' a/b
        cd a/b
        mv "my file" ../moved
        cat ../moved
        cat /shell/a/moved
        clone ../moved copy
        cd ..
        pwd
        ls
        """);
    String shell =
        "DFS_NAMESERVER=" + SharedCluster.cluster().address() + " " + Cluster.DFS + " shell";
    assertEquals("hello\nhello\n/shell/a\nb\nmoved\n", Shell.run(local, shell + " < script"));
    assertEquals("copy\n", ok("shell", "-c", "cd /shell/a", "-c", "ls b"));
    Shell.Result failed =
        SharedCluster.cluster().dfs("shell", "-c", "cat /no/such", "-c", "mkdir /shell/never");
    assertEquals(1, failed.exit());
    assertTrue(failed.err().contains("line 1 failed"), failed::all);
    assertEquals("a\n", ok("ls", "/shell"));
    assertEquals(
        1,
        SharedCluster.cluster()
            .dfs("shell", "-k", "-c", "cat /no/such", "-c", "mkdir /shell/now")
            .exit());
    assertEquals("a\nnow\n", ok("ls", "/shell"));
  }
}
