package io.dfs.client.cli;

import io.dfs.client.ClientConfig;
import io.dfs.client.api.Dfs;
import io.dfs.common.config.ConfigException;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that works with a running cluster: finds it, opens it and closes it. */
abstract class ClusterCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private static final List<String> NOTHING_KEPT = List.of("attribute-ttl=0");

  private final ClusterOptions cluster = clusterOptions();

  /** New ones, which {@link DfsCommand} adds to those of the command. */
  ClusterOptions clusterOptions() {
    return new ClusterOptions.Usual();
  }

  final ClusterOptions cluster() {
    return cluster;
  }

  /** Does the work; throws what {@link FailureLine} explains. */
  abstract void run(Dfs dfs, PrintWriter out) throws Exception;

  @Override
  public final Integer call() throws Exception {
    checkArguments();
    if (!needsCluster()) {
      return alone();
    }
    try (Dfs dfs = open()) {
      run(dfs, out());
      return CommandLine.ExitCode.OK;
    } catch (CommandFailed e) {
      return e.code();
    } finally {
      out().flush();
    }
  }

  /** Whether the arguments are about the cluster; else {@link #runAlone} does the work. */
  boolean needsCluster() {
    return true;
  }

  /**
   * Whether it asks so much that it pays to keep the answers, under leases of the nameserver, or
   * moves data. Without leases it starts sooner, and when it is killed nobody waits for them.
   */
  boolean asksMuch() {
    return false;
  }

  /** Does the work without a cluster. */
  void runAlone(PrintWriter out) throws Exception {}

  private int alone() throws Exception {
    try {
      runAlone(out());
      return CommandLine.ExitCode.OK;
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

  private Dfs open() {
    ShellSession shell = spec.root().userObject() instanceof DfsCommand dfs ? dfs.shell() : null;
    if (shell != null) {
      return shell.files();
    }
    return Dfs.open(clientConfig(), spec.qualifiedName(" ") + " on " + hostName());
  }

  /** As the kernel has it: asking the network would take long. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "an unnamed machine";
    }
  }

  private ClientConfig clientConfig() {
    try {
      return cluster.read(asksMuch() ? List.of() : NOTHING_KEPT);
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

    private final int code;

    CommandFailed() {
      this(CommandLine.ExitCode.SOFTWARE);
    }

    /**
     * @param code to exit with
     */
    CommandFailed(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }
}
