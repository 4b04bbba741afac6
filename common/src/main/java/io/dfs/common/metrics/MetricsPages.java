package io.dfs.common.metrics;

import io.dfs.common.http.HttpAnswer;
import io.dfs.common.http.HttpQuestion;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The pages that every daemon has: {@code /metrics}, {@code /health} (200 while the process is
 * well, for a supervisor) and {@code /ready} (200 when it can do its work, else 503 and the reason;
 * for a load balancer or a script that waits). Shared.
 *
 * @param why empty when the daemon can do its work
 * @param others what else there is
 */
public record MetricsPages(
    Metrics metrics, Supplier<Optional<String>> why, Function<HttpQuestion, HttpAnswer> others)
    implements Function<HttpQuestion, HttpAnswer> {

  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  @Override
  public HttpAnswer apply(HttpQuestion question) {
    return switch (question.path()) {
      case "/metrics" ->
          new HttpAnswer(200, PROMETHEUS, metrics.scrape().getBytes(StandardCharsets.UTF_8));
      case "/health" -> HttpAnswer.text(200, "ok\n");
      case "/ready" -> ready();
      default -> others.apply(question);
    };
  }

  private HttpAnswer ready() {
    return why.get()
        .map(reason -> HttpAnswer.text(503, reason + "\n"))
        .orElseGet(() -> HttpAnswer.text(200, "ready\n"));
  }
}
