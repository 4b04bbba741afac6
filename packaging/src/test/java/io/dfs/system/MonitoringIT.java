package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.config.HostPort;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.net.Connection;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Http;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What packaging/monitoring asks Prometheus for, against what a running cluster has. */
class MonitoringIT {
  private static final Path MONITORING = Path.of("monitoring");
  private static final Pattern NAME = Pattern.compile("\\bdfs_[a-z_]*[a-z]\\b");

  @Test
  void everyMetricOfTheRulesAndTheDashboardExists() throws Exception {
    int ns = Cluster.freePort();
    int ds = Cluster.freePort();
    int mnt = Cluster.freePort();
    Cluster.Plan plan =
        new Cluster.Plan(
            1,
            List.of("http=127.0.0.1:" + ns, "replicas=1"),
            List.of("reserve=0", "http=127.0.0.1:" + ds));
    try (Cluster cluster = Cluster.start(plan)) {
      Mount mount = cluster.mount("http=127.0.0.1:" + mnt);
      Shell.run(
          mount.path(),
          "echo one > a && cat a && sync a && mkdir d && ls -l . d && rm a && ! cat missing");
      assertEquals("ready\n", Http.get(mnt, "/ready"));
      refuse(cluster);
      Set<String> served = new TreeSet<>();
      for (int port : List.of(ns, ds, mnt)) {
        served.addAll(names(Http.get(port, "/metrics")));
      }
      Set<String> asked = new TreeSet<>(names(Files.readString(MONITORING.resolve("alerts.yml"))));
      asked.addAll(names(expressions()));
      assertTrue(asked.size() > 20, asked::toString);
      Set<String> missing = new TreeSet<>(asked);
      missing.removeAll(served);
      assertEquals(Set.of(), missing, () -> "nobody serves these; there are " + served);
    }
  }

  /** A request that a dataserver answers with an error: until then there is no such metric. */
  private static void refuse(Cluster cluster) throws Exception {
    String server = cluster.status().servers().get(0).address();
    try (Connection connection = cluster.connect(HostPort.parse(server))) {
      assertThrows(
          ExecutionException.class,
          () -> connection.call(new ChunkRequest.StatChunk(new ChunkId(1)), null, 20_000).get());
    }
  }

  /** Of every panel of the dashboard for Grafana. */
  private static String expressions() throws Exception {
    JsonNode board =
        new ObjectMapper().readTree(MONITORING.resolve("grafana-dashboard.json").toFile());
    return board.findValues("expr").stream()
        .map(JsonNode::asText)
        .collect(Collectors.joining("\n"));
  }

  /** Metrics named in a text; alternatives of a pattern count as each of them. */
  private static Set<String> names(String text) {
    String plain =
        text.replaceAll(
            "dfs_\\(nameserver\\|dataserver\\)_(\\w+)", "dfs_nameserver_$1 dfs_dataserver_$1");
    return NAME.matcher(plain).results().map(r -> r.group()).collect(Collectors.toSet());
  }
}
