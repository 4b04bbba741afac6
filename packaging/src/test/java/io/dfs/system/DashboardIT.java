package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dfs.common.message.ServerInfo.State;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Browser;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Http;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The HTTP ports of a running cluster, and its dashboard in a browser. */
class DashboardIT {
  @Test
  void theDashboardShowsServersTrafficClientsAndWhereAFileIs() throws Exception {
    int port = Cluster.freePort();
    int dataPort = Cluster.freePort();
    Cluster.Plan plan =
        new Cluster.Plan(
            1,
            List.of("http=127.0.0.1:" + port, "http-tree=true", "replicas=1"),
            List.of("reserve=0", "http=127.0.0.1:" + dataPort));
    try (Cluster cluster = Cluster.start(plan)) {
      String page = Http.get(port, "/");
      assertTrue(page.contains("dashboard.js") && !page.contains("http://"), page);
      for (String file :
          List.of("/dashboard.js", "/charts.js", "/files.js", "/dom.js", "/dashboard.css")) {
        assertTrue(Http.get(port, file).length() > 1000, file);
      }
      Mount mount = cluster.mount();
      Shell.run(mount.path(), "mkdir -p 'a b/c' && head -c 3000000 /dev/urandom > 'a b/c/big'");

      assertEquals("ONLINE", Http.json(port, "/api/status").at("/servers/0/state").asText());
      assertEquals("a b", Http.json(port, "/api/tree?path=/").at("/entries/0/name").asText());
      JsonNode file = Http.json(port, "/api/file?path=%2Fa%20b%2Fc%2Fbig");
      assertEquals(3_000_000, file.at("/item/size").asLong());
      assertTrue(file.get("extents").size() > 0, file::toString);
      assertTrue(Http.json(port, "/api/sessions").toString().contains(mount.path().toString()));
      Await.until(
          "the bytes of the file are in the history",
          () ->
              Http.json(port, "/api/history").findValues("writtenBytesPerSecond").stream()
                  .anyMatch(rate -> rate.asDouble() > 0));

      assertTrue(Http.get(port, "/metrics").contains("dfs_nameserver_request_seconds_bucket"));
      String data = Http.get(dataPort, "/metrics");
      assertTrue(data.contains("dfs_dataserver_request_seconds_count{operation=\"Append\"}"), data);
      assertEquals("ready\n", Http.get(port, "/ready"));
      assertEquals("ready\n", Http.get(dataPort, "/ready"));
    }
  }

  @Test
  void theBrowserShowsAServerThatIsDownWhatToDoAndWhereAFileIs() throws Exception {
    int port = Cluster.freePort();
    List<String> settings =
        List.of(
            "http=127.0.0.1:" + port,
            "http-tree=true",
            "replicas=2",
            "heartbeat=200ms",
            // Longer than a starting browser keeps a small machine from everything else.
            "suspect=4s",
            "offline=5s");
    try (Cluster cluster = Cluster.start(new Cluster.Plan(2, settings, List.of("reserve=0")))) {
      Mount mount = cluster.mount();
      Shell.run(mount.path(), "mkdir d && head -c 300000 /dev/urandom > d/big && touch '<b>x'");
      String well = Browser.dom("http://127.0.0.1:" + port + "/#/d/big");
      assertHas(well, "all well", mount.path().toString(), "2 of 2 servers online", "293 KiB");
      assertHas(well, "where they are", "class=\"server\"");

      cluster.dataservers().get(0).kill();
      Await.until(
          "the nameserver knows",
          () -> cluster.status().servers().stream().anyMatch(s -> s.state() == State.OFFLINE));
      String down = Browser.dom("http://127.0.0.1:" + port + "/");
      assertHas(down, "needs attention", "is OFFLINE", "check it and the network to it");
      assertHas(down, "class=\"mark bad\">offline", "was SUSPECT and is OFFLINE", "&lt;b&gt;x");
    }
  }

  /** And nothing in it that a script fills in when it has misunderstood. */
  private static void assertHas(String page, String... texts) {
    for (String text : texts) {
      assertTrue(page.contains(text), () -> text + " is not in\n" + page);
    }
    assertTrue(!Pattern.compile("undefined|NaN|\\[object|Infinity").matcher(page).find(), page);
  }
}
