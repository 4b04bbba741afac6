package io.dfs.client.cli.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

class CommandLoggerTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final CommandLogger logger =
      new CommandLogger(
          "io.dfs.client.Thing",
          Level.INFO,
          new PrintStream(written, true, StandardCharsets.UTF_8));

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aLineHasTimeLevelClassThreadAndTheFilledPattern() {
    logger.warn("{} of {} failed", 2, "three");
    String rest = "WARN  Thing [" + Thread.currentThread().getName() + "] 2 of three failed" + "\n";
    assertTrue(
        text()
            .matches(
                "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) .*\n"),
        this::text);
    assertEquals(rest, text().substring(text().indexOf(' ') + 1));
  }

  @Test
  void theTraceOfAFailureFollowsItsLine() {
    logger.error("it broke: {}", "there", new IllegalStateException("why"));
    assertTrue(text().contains("it broke: there\njava.lang.IllegalStateException: why\n\tat "));
  }

  @Test
  void whatIsBelowTheLevelIsLeftOut() {
    logger.debug("nobody sees this");
    logger.info("but this");
    assertEquals(1, text().lines().count(), this::text);
  }

  @Test
  void dfsLogsAtTheLevelOfTheLauncherAndOthersWarn() {
    System.setProperty("dfs.log.level", "debug");
    try {
      CommandLogs logs = new CommandLogs();
      assertTrue(logs.getLogger("io.dfs.client.X").isDebugEnabled());
      assertTrue(!logs.getLogger("io.netty.X").isInfoEnabled());
      assertTrue(logs.getLogger("io.netty.X").isWarnEnabled());
    } finally {
      System.clearProperty("dfs.log.level");
    }
  }
}
