package io.dfs.system.kit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process of the distribution that can be killed and started again with the same command.
 * Confined to the test's thread.
 */
public final class Daemon {
  private static final int DUMP_S = 2;

  private final List<String> command;
  private final Path log;
  private long startedAt;
  private Process process;

  Daemon(List<String> command, Path log) {
    this.command = new ArrayList<>(command);
    this.log = log;
    this.process = launch();
  }

  private Process launch() {
    startedAt = log.toFile().length();
    try {
      return new ProcessBuilder(command)
          .redirectInput(new File("/dev/null"))
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it was started with. */
  public List<String> command() {
    return List.copyOf(command);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL, and waits until the process is gone. */
  public void kill() {
    process.destroyForcibly();
    await();
  }

  /** SIGTERM, and waits until the process is gone. Returns its exit code. */
  public int stop() {
    process.destroy();
    return await();
  }

  /** Waits for the end of the process. */
  public int await() {
    try {
      if (!process.waitFor(90, TimeUnit.SECONDS)) {
        dumpThreads();
        process.destroyForcibly();
        throw new AssertionError(command + " did not end\n" + logText());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Java prints what each thread is at, which tells what a process hangs in. */
  private void dumpThreads() throws InterruptedException {
    Shell.attempt(Path.of("/"), Map.of(), "kill", "-QUIT", Long.toString(pid()));
    process.waitFor(DUMP_S, TimeUnit.SECONDS);
  }

  /** More arguments for the next start. */
  public void with(String... arguments) {
    command.addAll(List.of(arguments));
  }

  public void start() {
    process = launch();
  }

  /** Whether it has printed a text since its last start. */
  boolean hasSaid(String text) {
    return logText().substring((int) startedAt).contains(text);
  }

  /** All that it has printed since the first start. */
  public String logText() {
    try {
      return Files.readString(log, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Resident memory, without what is shared with files of other processes. */
  public long residentKiB() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
