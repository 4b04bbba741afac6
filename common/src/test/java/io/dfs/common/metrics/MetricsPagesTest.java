package io.dfs.common.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.http.HttpAnswer;
import io.dfs.common.http.HttpServer;
import io.dfs.common.message.Query;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsPagesTest {
  private final Metrics metrics = new Metrics("dfs_test");
  private final AtomicReference<String> reason = new AtomicReference<>("");
  private final HttpServer server =
      HttpServer.start(
          new HostPort("127.0.0.1", 0),
          new MetricsPages(
              metrics,
              () -> Optional.of(reason.get()).filter(text -> !text.isEmpty()),
              question -> HttpAnswer.notFound(question.path())));
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void callsAreTimedByOperationAndTheirFailuresCounted() throws Exception {
    CallMetrics calls = metrics.calls();
    calls.begun(10);
    calls.ended(new Query.GetStatus(), 400_000, 7);
    calls.begun(0);
    calls.failed(new Query.GetStatus(), Errno.ENOENT);
    calls.ended(new Query.GetStatus(), 2_000_000, 0);
    String text = get("/metrics").body();
    assertHas(text, "dfs_test_request_seconds_count{operation=\"GetStatus\"} 2");
    assertHas(text, "dfs_test_request_seconds_bucket{operation=\"GetStatus\",le=\"5.0E-4\"} 1");
    assertHas(
        text, "dfs_test_request_failures_total{errno=\"ENOENT\",operation=\"GetStatus\"} 1.0");
    assertHas(text, "dfs_test_received_bytes_total 10.0");
    assertHas(text, "dfs_test_sent_bytes_total 7.0");
    assertHas(text, "dfs_test_requests_in_flight 0.0");
    assertHas(text, "jvm_memory_used_bytes");
  }

  @Test
  void rowsOfATableComeAndGo() throws Exception {
    AtomicReference<List<Metrics.Row>> rows =
        new AtomicReference<>(List.of(new Metrics.Row(Map.of("server", "a"), 1)));
    metrics.table("up", "Whether it is up", rows::get);
    assertHas(get("/metrics").body(), "dfs_test_up{server=\"a\"} 1.0");
    rows.set(List.of(new Metrics.Row(Map.of("server", "b"), 2)));
    String text = get("/metrics").body();
    assertHas(text, "dfs_test_up{server=\"b\"} 2.0");
    assertTrue(!text.contains("server=\"a\""), text);
  }

  @Test
  void readinessSaysWhyNotAndHealthIsTheProcessAlone() throws Exception {
    assertEquals(200, get("/ready").statusCode());
    reason.set("no dataserver is online");
    assertEquals(503, get("/ready").statusCode());
    assertEquals("no dataserver is online\n", get("/ready").body());
    assertEquals(200, get("/health").statusCode());
  }

  @Test
  void onlyGetIsAnsweredAndOtherPagesAreMissing() throws Exception {
    assertEquals(404, get("/etc/passwd").statusCode());
    assertEquals(404, get("/../../etc/passwd").statusCode());
    HttpRequest post =
        HttpRequest.newBuilder(uri("/health")).POST(HttpRequest.BodyPublishers.noBody()).build();
    assertEquals(405, client.send(post, HttpResponse.BodyHandlers.ofString()).statusCode());
  }

  @Test
  void whatIsNotHttpIsRefusedAndHarmsNobody() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.address().port())) {
      socket.getOutputStream().write("dfs\0\1\2 garbage\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    }
    assertEquals(200, get("/health").statusCode());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://" + server.address() + path);
  }

  private static void assertHas(String text, String line) {
    assertTrue(text.contains(line), () -> line + " is not in\n" + text);
  }
}
