package io.dfs.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DfsCommandTest {
  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int dfs(String... arguments) {
    return DfsCommand.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void everyCommandHasADescriptionAndHelp() {
    for (CommandLine command : DfsCommand.commandLine().getSubcommands().values()) {
      String name = command.getCommandName();
      assertTrue(command.getCommandSpec().usageMessage().description().length > 0, name);
      if (!name.equals("help")) {
        assertEquals(0, dfs(name, "--help"), name);
        assertTrue(out.toString().contains("Usage: dfs " + name), name);
      }
    }
  }

  @Test
  void wrongUsageIsOneLineAndAHintWithCodeTwo() {
    assertEquals(2, dfs("bench"));
    assertEquals(2, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains("See: dfs bench --help"), err::toString);
  }

  @Test
  void aFailureIsOneLineWithCodeOne() throws Exception {
    assertEquals(1, dfs("bench", "/proc"));
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().startsWith("dfs bench: /proc"), err::toString);
  }

  @Test
  void debugSaysWhereAFailureHappened() {
    assertEquals(1, dfs("bench", "/proc", "--debug"));
    assertTrue(err.toString().contains("\tat "), err::toString);
  }

  @Test
  void aMalformedClusterAddressIsWrongUsage() {
    assertEquals(2, dfs("ls", "--nameserver", "not an address", "/"));
    assertTrue(err.toString().contains("host:port"), err::toString);
  }

  @Test
  void anUnknownKeyInTheConfigurationIsRefusedWithItsLine() throws Exception {
    Path config = directory.resolve("dfs.conf");
    Files.writeString(config, "[client]\nnameserers = localhost:1\n");
    assertEquals(2, dfs("ls", "--config", config.toString(), "/"));
    assertTrue(err.toString().contains("dfs.conf:2"), err::toString);
    assertTrue(err.toString().contains("nameservers"), err::toString);
  }

  @Test
  void aClusterThatIsNotThereIsOneLineWithCodeOne() {
    assertEquals(1, dfs("ls", "--nameserver", "127.0.0.1:1", "--set", "deadline=1 s", "/"));
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains("127.0.0.1:1"), err::toString);
  }

  @Test
  void setRefusesWhatNoDirectoryCanHave() {
    assertEquals(2, dfs("set", "/"));
    assertEquals(2, dfs("set", "--replicas", "9", "/"));
    assertEquals(2, dfs("set", "--chunk-size", "256MiB", "/"));
    assertEquals(2, dfs("set", "--chunk-size", "much", "/"));
  }

  @Test
  void benchGivesJsonAndLeavesNothing() throws Exception {
    assertEquals(
        0,
        dfs(
            "bench",
            "--json",
            "--size=4",
            "--files=5",
            "--random=5",
            "--seed=3",
            directory.toString()),
        err::toString);
    JsonNode result = new ObjectMapper().readTree(out.toString());
    assertEquals(3, result.get("seed").asInt());
    assertEquals(19, result.get("rows").size());
    for (JsonNode row : result.get("rows")) {
      assertTrue(row.get("rate").asDouble() > 0, row::toString);
    }
    try (var left = Files.list(directory)) {
      assertFalse(left.findAny().isPresent());
    }
  }
}
