package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the logs of running processes say. */
class LogLevelIT {
  @TempDir Path dir;

  @Test
  void theLevelOfARunningServerFollowsItsFile() throws Exception {
    Path file = dir.resolve("logback.xml");
    String usual = Files.readString(Cluster.DISTRIBUTION.resolve("etc/logback.xml"));
    Files.writeString(file, usual);
    Cluster.Plan plan = new Cluster.Plan(1, List.of("replicas=1"), List.of("reserve=0"));
    try (Cluster cluster =
        Cluster.start(plan, List.of("env", "DFS_JAVA_OPTS=-Dlogback.configurationFile=" + file))) {
      cluster.dfs("ls", "/missing");
      assertTrue(!cluster.nameserver().logText().contains("DEBUG"), "before");
      Files.writeString(file, usual.replace("${dfs.log.level:-info}", "debug"));
      Await.until(
          "the failed request is logged with its number",
          () -> {
            cluster.dfs("ls", "/missing");
            String log = cluster.nameserver().logText();
            return log.contains("DEBUG IncomingCall")
                && log.contains("gets ENOENT: ")
                && log.contains(" [request ");
          });
    }
  }
}
