package io.dfs.fusemount.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program run on a mount: system calls that Java lacks, made by another process than the daemon,
 * which must never touch its own mount.
 */
public final class Program {
  private static final String LIMIT_SECONDS = "20";

  private Program() {}

  /** What the python statements print; fails when they fail. {@code d} is the directory, bytes. */
  public static String python(Path directory, String script) throws Exception {
    String prelude =
        """
        import os, sys, fcntl, struct, mmap, errno, ctypes, signal, time, stat
        d = os.fsencode(sys.argv[1])
        os.chdir(d)
        libc = ctypes.CDLL(None, use_errno=True)
        def error_of(f, *a, **k):
            try:
                f(*a, **k)
            except OSError as e:
                return errno.errorcode[e.errno]
            return 'none'
        """;
    return run(List.of("python3", "-c", prelude + script, directory.toString()));
  }

  public static String run(List<String> command) throws Exception {
    Process process = start(command);
    String output = output(process);
    assertEquals(0, process.exitValue(), output);
    return output.strip();
  }

  /** Started so that it ends, with all its children, when a test would wait for it forever. */
  public static Process start(List<String> command) throws IOException {
    List<String> limited = new ArrayList<>(List.of("timeout", "-s", "KILL", LIMIT_SECONDS));
    limited.addAll(command);
    return new ProcessBuilder(limited).redirectErrorStream(true).start();
  }

  /** Reads what it prints up to a line, past warnings of newer virtual machines. */
  static void awaitLine(Process process, String wanted) throws IOException {
    StringBuilder before = new StringBuilder();
    for (String line = ""; !wanted.equals(line); before.append(line).append('\n')) {
      line = process.inputReader(StandardCharsets.ISO_8859_1).readLine();
      assertNotNull(line, () -> "it ended after printing " + before);
    }
  }

  /** All that it prints until its end. */
  public static String output(Process process) throws Exception {
    try (InputStream in = process.getInputStream()) {
      String output = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      process.waitFor();
      return output;
    }
  }
}
