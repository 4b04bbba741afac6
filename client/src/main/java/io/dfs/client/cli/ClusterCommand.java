package io.dfs.client.cli;

import io.dfs.client.ClientConfig;
import io.dfs.client.api.Dfs;
import io.dfs.common.config.ConfigException;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that works with a running cluster: finds it, opens it and closes it. */
abstract class ClusterCommand implements Callable<Integer> {
  private static final Path DEFAULT_CONFIG = Path.of("/etc/dfs/dfs.conf");

  @Spec private CommandSpec spec;

  @Option(
      names = {"-n", "--nameserver"},
      paramLabel = "HOST:PORT[,HOST:PORT]",
      description = "The cluster (default: DFS_NAMESERVER, then the configuration file).")
  private @Nullable String nameserver;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration file (default: /etc/dfs/dfs.conf if it exists).")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of [client], as in the configuration file. May be repeated.")
  private List<String> settings = new ArrayList<>();

  /** Does the work; throws what {@link FailureLine} explains. */
  abstract void run(Dfs dfs, PrintWriter out) throws Exception;

  @Override
  public final Integer call() throws Exception {
    checkArguments();
    try (Dfs dfs = Dfs.open(clientConfig())) {
      run(dfs, out());
      return CommandLine.ExitCode.OK;
    } catch (CommandFailed e) {
      return CommandLine.ExitCode.SOFTWARE; // each part of the failure has been told
    } finally {
      out().flush();
    }
  }

  /** Refuses arguments that do not go together, by {@link #wrongUsage}. */
  void checkArguments() {}

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final PrintWriter err() {
    return spec.commandLine().getErr();
  }

  static boolean isDirectory(Dfs dfs, String path) {
    try {
      return dfs.stat(path).isDirectory();
    } catch (FsException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Tells of one of several things that failed, so that the others go on.
   *
   * @param item what it is called on the command line
   */
  final void tell(Object item, Exception failure) {
    out().flush();
    String reason = FailureLine.reason(failure);
    String name = Show.name(item.toString());
    err()
        .println(
            spec.qualifiedName(" ")
                + ": "
                + (reason.contains(name) ? reason : name + ": " + reason));
    err().flush();
  }

  /** Does the same with each of several; the failure of one does not keep the others. */
  final <T> void forEach(List<T> items, Step<T> step) throws Exception {
    boolean failed = false;
    for (T item : items) {
      try {
        step.run(item);
      } catch (FsException | IOException e) {
        tell(item, e);
        failed = true;
      }
    }
    if (failed) {
      throw new CommandFailed();
    }
  }

  /** Copies an entry of a directory; false when that failed, which has been told. */
  final <T> boolean copy(T name, Step<T> step) {
    try {
      step.run(name);
      return true;
    } catch (CommandFailed e) {
      return false;
    } catch (Exception e) {
      tell(String.valueOf(name), e);
      return false;
    }
  }

  /** Throws when something failed, which has been told. */
  static void check(boolean good) throws CommandFailed {
    if (!good) {
      throw new CommandFailed();
    }
  }

  final ParameterException wrongUsage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private ClientConfig clientConfig() {
    List<String> overrides = new ArrayList<>();
    String environment = System.getenv("DFS_NAMESERVER");
    if (nameserver != null) {
      overrides.add("nameservers=" + nameserver);
    } else if (environment != null && !environment.isEmpty()) {
      overrides.add("nameservers=" + environment);
    }
    overrides.addAll(settings);
    Path path = config;
    if (path == null && Files.exists(DEFAULT_CONFIG)) {
      path = DEFAULT_CONFIG;
    }
    try {
      ConfigFile file = path == null ? ConfigFile.empty() : ConfigFile.parse(path);
      file.checkKeys(overrides, ClientConfig.class);
      return file.read(ClientConfig.class, overrides);
    } catch (ConfigException e) {
      throw wrongUsage(String.valueOf(e.getMessage()));
    }
  }

  /** What {@link #forEach} does with one. */
  @FunctionalInterface
  interface Step<T> {
    void run(T item) throws Exception;
  }

  /** Ends a command whose failures have been told already. */
  static final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1;
  }
}
