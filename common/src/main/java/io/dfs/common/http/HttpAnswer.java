package io.dfs.common.http;

import java.nio.charset.StandardCharsets;

/** What goes back to a browser or a tool. Immutable; the body is not copied. */
public record HttpAnswer(int status, String type, byte[] body) {
  public static final String HTML = "text/html; charset=utf-8";
  public static final String TEXT = "text/plain; charset=utf-8";
  public static final String JSON = "application/json";

  public static HttpAnswer text(int status, String text) {
    return new HttpAnswer(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  public static HttpAnswer notFound(String what) {
    return text(404, what + ": there is no such page\n");
  }
}
