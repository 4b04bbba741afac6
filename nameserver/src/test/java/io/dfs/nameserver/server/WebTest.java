package io.dfs.nameserver.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.id.InodeId;
import io.dfs.common.net.NetThreads;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a nameserver shows by HTTP, and to whom. */
class WebTest {
  @TempDir Path dir;
  private final NetThreads threads = new NetThreads("test", 1);
  private Nameserver server;

  private void start(String tree) {
    server =
        Nameserver.start(
            ConfigFile.empty()
                .read(
                    NameserverConfig.class,
                    List.of(
                        "dir=" + dir.resolve("ns"),
                        "listen=127.0.0.1:0",
                        "http=127.0.0.1:0",
                        "http-tree=" + tree)),
            "test");
    try (TestClient client = new TestClient(threads, server.address())) {
      client.create(InodeId.ROOT, "secret");
    }
  }

  @AfterEach
  void stop() {
    server.close();
    threads.close();
  }

  @Test
  void namesOfFilesAreShownOnlyWhenTheSettingSaysSo() throws Exception {
    start("false");
    for (String page : List.of("/api/tree", "/api/tree?path=/secret", "/api/file?path=/secret")) {
      HttpResponse<String> answer = get(page);
      assertEquals(403, answer.statusCode(), page);
      assertTrue(answer.body().contains("http-tree = true"), answer.body());
    }
    for (String page : List.of("/api/status", "/api/events", "/api/sessions", "/metrics", "/")) {
      HttpResponse<String> answer = get(page);
      assertEquals(200, answer.statusCode(), page);
      assertTrue(!answer.body().contains("secret"), answer.body());
    }
  }

  @Test
  void aPathIsShownOrItsFaultIsNamed() throws Exception {
    start("true");
    assertEquals("secret", json("/api/tree").at("/entries/0/name").asText());
    assertEquals("REGULAR", json("/api/file?path=/secret").at("/item/type").asText());
    assertFault(404, "/no/such", "/api/tree?path=/no/such");
    assertFault(404, "/secret: not a directory", "/api/tree?path=/secret");
    assertFault(404, "/secret/below", "/api/file?path=/secret/below");
    assertFault(400, "/: not a regular file", "/api/file?path=/");
    assertFault(400, "after is no number", "/api/tree?after=x");
    assertFault(400, "hour, day or month", "/api/history?span=year");
  }

  @Test
  void problemsComeWithWhatToDo() throws Exception {
    start("false");
    JsonNode problem = json("/api/status").at("/problems/0");
    assertEquals("ERROR", problem.get("severity").asText());
    assertTrue(problem.get("what").asText().contains("too few"), problem::toString);
    assertEquals("start or add dataservers", problem.get("action").asText());
  }

  @Test
  void aSessionIsListedUntilItEnds() throws Exception {
    start("false");
    try (TestClient client = new TestClient(threads, server.address())) {
      client.create(InodeId.ROOT, "b");
      JsonNode session = find(client.session.value());
      assertEquals("test", session.get("description").asText());
      assertEquals(1, session.get("requests").asInt());
    }
  }

  private JsonNode find(long id) throws Exception {
    for (JsonNode session : json("/api/sessions")) {
      if (session.get("id").asText().equals(Long.toUnsignedString(id, 16))) {
        return session;
      }
    }
    throw new AssertionError("session " + id + " is not in " + json("/api/sessions"));
  }

  private void assertFault(int status, String text, String page) throws Exception {
    HttpResponse<String> answer = get(page);
    assertEquals(status, answer.statusCode(), answer::body);
    assertTrue(answer.body().contains(text), answer::body);
  }

  private JsonNode json(String page) throws Exception {
    return new ObjectMapper().readTree(get(page).body());
  }

  private HttpResponse<String> get(String page) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://" + server.httpAddress().orElseThrow() + page))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }
}
