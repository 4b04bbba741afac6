package io.dfs.system.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands as a user would, with a limit on their time. */
public final class Shell {
  private static final int TIMEOUT_S = 240;

  /** How a command ended. */
  public record Result(int exit, String out, String err) {
    public String all() {
      return out + err;
    }
  }

  private Shell() {}

  /** Runs a bash script in a directory; it must succeed. Returns its standard output. */
  public static String run(Path directory, String script) {
    Result result = attempt(directory, Map.of(), "bash", "-euo", "pipefail", "-c", script);
    assertEquals(0, result.exit(), () -> script + "\n" + result.all());
    return result.out();
  }

  /** Runs a command, whatever comes of it. */
  public static Result attempt(Path directory, Map<String, String> environment, String... command) {
    try {
      Path out = Files.createTempFile("dfs-test-out", null);
      Path err = Files.createTempFile("dfs-test-err", null);
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(new java.io.File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new AssertionError(
              String.join(" ", command)
                  + " did not end within "
                  + TIMEOUT_S
                  + " s\n"
                  + text(out)
                  + text(err));
        }
        return new Result(process.exitValue(), text(out), text(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
