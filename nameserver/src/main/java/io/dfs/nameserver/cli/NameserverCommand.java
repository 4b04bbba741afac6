package io.dfs.nameserver.cli;

import io.dfs.common.config.ConfigException;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.error.FsException;
import io.dfs.common.service.Readiness;
import io.dfs.nameserver.server.Nameserver;
import io.dfs.nameserver.server.NameserverConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dfs nameserver}: serves until it is told to stop. */
@Command(
    name = "nameserver",
    mixinStandardHelpOptions = true,
    versionProvider = NameserverCommand.Version.class,
    description = "Serves the directory tree of a cluster until it is told to stop (SIGTERM).")
public final class NameserverCommand implements Callable<Integer> {
  private static final int BAD_START = 2;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration file.")
  private @Nullable Path config;

  @Option(names = "--dir", paramLabel = "DIR", description = "The directory that keeps the tree.")
  private @Nullable String dir;

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "Where to listen.")
  private @Nullable String listen;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting, as in section [nameserver] of the file. May be repeated.")
  private List<String> settings = new ArrayList<>();

  @Spec private @Nullable CommandSpec spec;

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"dfs " + version()};
    }
  }

  static String version() {
    String version = NameserverCommand.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new NameserverCommand()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    Nameserver server;
    try {
      server = Nameserver.start(read(), version());
    } catch (ConfigException | FsException e) {
      err().println("dfs nameserver: " + e.getMessage());
      err().flush();
      return BAD_START;
    }
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  stop.countDown();
                  await(stopped);
                  // A JVM that is ended by a signal would exit with 128 + its number.
                  Runtime.getRuntime().halt(0);
                },
                "dfs-stop"));
    out()
        .println(
            "dfs nameserver: serving cluster " + server.clusterId() + " on " + server.address());
    server
        .httpAddress()
        .ifPresent(http -> out().println("dfs nameserver: dashboard at http://" + http + "/"));
    out().flush();
    Readiness.announce("serving cluster " + server.clusterId() + " on " + server.address());
    stop.await();
    server.close();
    stopped.countDown();
    return 0;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private NameserverConfig read() {
    List<String> overrides = new ArrayList<>(settings);
    if (dir != null) {
      overrides.add("nameserver.dir=" + dir);
    }
    if (listen != null) {
      overrides.add("nameserver.listen=" + listen);
    }
    ConfigFile file = config == null ? ConfigFile.empty() : ConfigFile.parse(config);
    file.checkKeys(overrides, NameserverConfig.class);
    return file.read(NameserverConfig.class, overrides);
  }

  private PrintWriter out() {
    return commandLine().getOut();
  }

  private PrintWriter err() {
    return commandLine().getErr();
  }

  private CommandLine commandLine() {
    return java.util.Objects.requireNonNull(spec).commandLine();
  }
}
