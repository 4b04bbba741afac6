package io.dfs.system.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Asks HTTP ports of this machine. */
public final class Http {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Http() {}

  /** The body of a page, which must be there. */
  public static String get(int port, String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = answer(port, path);
    assertEquals(200, answer.statusCode(), () -> path + ": " + answer.body());
    return answer.body();
  }

  public static JsonNode json(int port, String path) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(get(port, path));
  }

  /** Whatever comes of it. */
  public static HttpResponse<String> answer(int port, String path)
      throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
