package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The HTTP ports of a running cluster. */
class DashboardIT {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @Test
  void theDashboardShowsServersTrafficClientsAndWhereAFileIs() throws Exception {
    int port = Cluster.freePort();
    int dataPort = Cluster.freePort();
    Cluster.Plan plan =
        new Cluster.Plan(
            1,
            List.of("http=127.0.0.1:" + port, "replicas=1"),
            List.of("reserve=0", "http=127.0.0.1:" + dataPort));
    try (Cluster cluster = Cluster.start(plan)) {
      String page = get(port, "/");
      assertTrue(page.contains("dashboard.js") && !page.contains("http://"), page);
      for (String file : List.of("/dashboard.js", "/dashboard.css", "/uPlot.js", "/uPlot.css")) {
        assertTrue(get(port, file).length() > 1000, file);
      }
      Mount mount = cluster.mount();
      Shell.run(mount.path(), "mkdir -p 'a b/c' && head -c 3000000 /dev/urandom > 'a b/c/big'");

      assertEquals("ONLINE", json(port, "/api/status").at("/servers/0/state").asText());
      assertEquals("a b", json(port, "/api/tree?path=/").at("/entries/0/name").asText());
      JsonNode file = json(port, "/api/file?path=%2Fa%20b%2Fc%2Fbig");
      assertEquals(3_000_000, file.at("/item/size").asLong());
      assertTrue(file.get("extents").size() > 0, file::toString);
      assertTrue(json(port, "/api/sessions").toString().contains(mount.path().toString()));
      Await.until(
          "the bytes of the file are in the history",
          () ->
              json(port, "/api/history").findValues("writtenBytesPerSecond").stream()
                  .anyMatch(rate -> rate.asDouble() > 0));

      assertTrue(get(port, "/metrics").contains("dfs_nameserver_request_seconds_bucket"));
      String data = get(dataPort, "/metrics");
      assertTrue(data.contains("dfs_dataserver_request_seconds_count{operation=\"Append\"}"), data);
      assertEquals("ready\n", get(port, "/ready"));
      assertEquals("ready\n", get(dataPort, "/ready"));
    }
  }

  private static JsonNode json(int port, String path) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(get(port, path));
  }

  private static String get(int port, String path) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), () -> path + ": " + answer.body());
    return answer.body();
  }
}
