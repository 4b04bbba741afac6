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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a running cluster. */
class CliIT {
  @TempDir Path local;

  private static String ok(String... arguments) {
    Shell.Result result = SharedCluster.cluster().dfs(arguments);
    assertEquals(0, result.exit(), () -> String.join(" ", arguments) + "\n" + result.all());
    return result.out();
  }

  private static JsonNode json(String... arguments) throws Exception {
    return new ObjectMapper().readTree(ok(arguments));
  }

  @Test
  void filesGoInAndOutAndTheMountSeesThem() throws Exception {
    SharedCluster.newDirectory("cli");
    Shell.run(local, "head -c 150000000 /dev/urandom > big && echo small > small");
    ok("put", local.resolve("big").toString(), "/cli/big");
    ok("put", local.resolve("small").toString(), "/cli/");
    Shell.run(SharedCluster.mount().path("cli"), "cmp big '" + local.resolve("big") + "'");
    ok("get", "/cli/big", local.resolve("back").toString());
    Shell.run(local, "cmp big back");
    assertEquals("small\n", ok("cat", "/cli/small"));
    ok("mkdir", "-p", "/cli/a/b/c");
    ok("mv", "/cli/small", "/cli/a/b/renamed");
    assertTrue(ok("ls", "/cli/a/b").contains("renamed"));
    assertEquals(6, json("stat", "--json", "/cli/a/b/renamed").findValue("size").asLong());
    assertEquals(2, json("ls", "--json", "/cli").size());
    ok("rm", "-r", "/cli/a");
    assertNotEquals(0, SharedCluster.cluster().dfs("stat", "/cli/a").exit());
  }

  @Test
  void theLayoutNamesChunksAndTheServersThatHoldThem() throws Exception {
    SharedCluster.newDirectory("layout");
    Shell.run(local, "head -c 70000000 /dev/urandom > f");
    ok("put", local.resolve("f").toString(), "/layout/f");
    JsonNode layout = json("layout", "--json", "/layout/f");
    long bytes = 0;
    for (JsonNode extent : layout.findValue("extents")) {
      bytes += extent.get("length").asLong();
      assertEquals(2, extent.get("servers").size(), layout::toPrettyString);
    }
    assertEquals(70_000_000, bytes);
  }

  @Test
  void theClusterDescribesItself() throws Exception {
    assertEquals(3, json("servers", "--json").size());
    assertTrue(json("df", "--json").toString().contains("capacity"));
    assertTrue(ok("status").length() > 20);
    assertTrue(ok("--help").contains("quickstart") || ok("--help").contains("nameserver"));
  }

  @Test
  void settingsOfADirectoryAreInheritedByWhatIsCreatedInIt() throws Exception {
    SharedCluster.newDirectory("settings");
    ok("set", "--replicas", "3", "--chunk-size", "4MiB", "/settings");
    Shell.run(
        SharedCluster.mount().path("settings"),
        "mkdir sub && head -c 9000000 /dev/urandom > sub/f");
    JsonNode extents = json("layout", "--json", "/settings/sub/f").findValue("extents");
    assertTrue(extents.size() >= 3, extents::toPrettyString);
    for (JsonNode extent : extents) {
      assertEquals(3, extent.get("servers").size());
    }
  }

  @Test
  void anInterruptedPutAndGetGoOnWhereTheyStopped() throws Exception {
    Path mounted = SharedCluster.newDirectory("resume");
    // Several parts, so that some are done and some are not when the command ends.
    ok("set", "--chunk-size", "8MiB", "/resume");
    Shell.run(local, "head -c 300000000 /dev/urandom > big");
    String put = Cluster.DFS + " put big /resume/big";
    killWhen("[ -n \"$(find '" + mounted + "' -name '.*.dfs-part' -size +1M)\" ]", put);
    assertEquals(false, Files.exists(mounted.resolve("big")), "half a file has no name of its own");
    String env = "export DFS_NAMESERVER=" + SharedCluster.cluster().address() + "; ";
    Shell.run(local, env + put + " && cmp big '" + mounted.resolve("big") + "'");
    String get = Cluster.DFS + " get /resume/big back";
    killWhen("[ -n \"$(find . -name '.*.notes' -size +0)\" ]", get);
    assertEquals(false, Files.exists(local.resolve("back")), "nor here");
    Shell.run(local, env + get + " && cmp big back");
    assertEquals("big\n", Shell.run(mounted, "ls -A"), "nothing is left over");
    assertEquals("back\nbig\n", Shell.run(local, "ls -A"), "nor here");
  }

  /** Ends a command by force as soon as a condition of the shell holds. */
  private void killWhen(String condition, String command) {
    Shell.run(
        local,
        "export DFS_NAMESERVER="
            + SharedCluster.cluster().address()
            + "\n"
            + command
            + " > /dev/null 2>&1 & p=$!\nuntil "
            + condition
            + "; do\n  kill -0 $p || { echo it ended before it could be killed; exit 1; }\n"
            + "  sleep 0.02\ndone\nkill -KILL $p\nwait $p || true");
  }

  @Test
  void failuresHaveExitCodesAndOneLine() {
    Shell.Result missing = SharedCluster.cluster().dfs("cat", "/no/such/file");
    assertEquals(1, missing.exit());
    assertEquals(1, missing.err().lines().count(), missing.err());
    assertTrue(missing.err().contains("/no/such/file"), missing.err());
    assertEquals(2, SharedCluster.cluster().dfs("ls", "--nonsense").exit());
  }
}
