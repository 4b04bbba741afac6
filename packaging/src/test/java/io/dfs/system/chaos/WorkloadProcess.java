package io.dfs.system.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link Workload} in a process of its own. Confined to the test's thread. */
final class WorkloadProcess implements AutoCloseable {
  private static final String STOPPED = "stopped ";

  private final Path folder;
  private final Process process;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private volatile @Nullable String failure;

  WorkloadProcess(Path folder, long seed) {
    this.folder = folder;
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Workload.class.getName(),
            folder.toString(),
            Long.toString(seed));
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread reader = new Thread(this::read, "answers of the workload in " + folder);
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("failed ") && failure == null) {
          failure = line;
        }
        answers.add(line);
      }
    } catch (IOException e) {
      answers.add("failed " + folder + ": " + e);
    }
  }

  /** The first thing that went wrong, or null. */
  @Nullable String failure() {
    return failure;
  }

  /**
   * Ends the program's changes. Returns how many operations it did before its end or its failure; a
   * program that hangs fails.
   */
  int stop(int limitS) throws InterruptedException {
    ask("stop");
    String answer = answer(limitS);
    while (!answer.startsWith(STOPPED)) {
      answer = answer(limitS);
    }
    return Integer.parseInt(answer.substring(STOPPED.length()));
  }

  /** Compares everything with what a mount shows in a folder; after the end of the changes. */
  void verify(Path seen, int limitS) throws InterruptedException {
    ask("verify " + seen);
    String answer = answer(limitS);
    if (!answer.equals("verified")) {
      throw new AssertionError(answer);
    }
  }

  private void ask(String command) {
    try {
      process.outputWriter(StandardCharsets.UTF_8).append(command).append('\n').flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the workload in " + folder + " has ended", e);
    }
  }

  private String answer(int limitS) throws InterruptedException {
    String answer = answers.poll(limitS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("the workload in " + folder + " hangs");
    }
    return answer;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
