package io.dfs.nameserver.server;

import io.dfs.common.config.HostPort;
import io.dfs.nameserver.cli.NameserverCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A nameserver in a process of its own. */
public final class ServerProcess implements AutoCloseable {
  public final Process process;
  public final HostPort address;

  private ServerProcess(Process process, HostPort address) {
    this.process = process;
    this.address = address;
  }

  /** A process with these arguments, not waited for. */
  public static Process launch(List<String> jvm, List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    command.addAll(jvm);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), NameserverCommand.class.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Returns when the server says that it serves. */
  public static ServerProcess start(Path dir, HostPort listen, List<String> jvm)
      throws IOException {
    Process process = launch(jvm, List.of("--dir", dir.toString(), "--listen", listen.toString()));
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    String line;
    while ((line = out.readLine()) != null) {
      said.append(line).append('\n');
      if (line.contains("serving cluster")) {
        Thread drain = new Thread(() -> drain(out));
        drain.setDaemon(true);
        drain.start();
        return new ServerProcess(
            process, HostPort.parse(line.substring(line.lastIndexOf(' ') + 1)));
      }
    }
    throw new IOException("the nameserver did not start: " + said);
  }

  private static void drain(BufferedReader out) {
    try {
      while (out.readLine() != null) {
        // A full pipe would stop the server.
      }
    } catch (IOException e) {
      // The process was ended.
    }
  }

  /** User and system time so far. */
  public long cpuMs() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10;
  }

  public String rss() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS")) {
        long kib = Long.parseLong(line.replaceAll("\\D", ""));
        return String.format(Locale.ROOT, "%d MiB", kib >> 10);
      }
    }
    return "?";
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
