package io.dfs.dataserver.cli;

import com.google.errorprone.annotations.Var;
import io.dfs.common.config.ConfigException;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.error.FsException;
import io.dfs.common.service.Readiness;
import io.dfs.dataserver.server.Dataserver;
import io.dfs.dataserver.server.DataserverConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a dataserver until it is told to stop (SIGTERM or SIGINT). */
@Command(
    name = "dataserver",
    mixinStandardHelpOptions = true,
    description = "Keeps chunks of files on local disks.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:stopped by a signal",
      "2:a setting, a directory or the address cannot be used"
    })
public final class DataserverCommand implements Callable<Integer> {
  private static final int BAD_SETUP = 2;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration file.")
  private @Nullable Path configFile;

  @Option(
      names = "--dir",
      paramLabel = "D",
      description = "A directory for chunks, on a disk of its own; may be given several times.")
  private List<String> directories = new ArrayList<>();

  @Option(names = "--listen", paramLabel = "H:P", description = "Where to listen.")
  private @Nullable String listen;

  @Option(
      names = "--nameserver",
      paramLabel = "H:P",
      description = "A nameserver; may be given several times.")
  private List<String> nameservers = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any setting of the section [dataserver]; wins over the file.")
  private List<String> settings = new ArrayList<>();

  public static void main(String[] args) {
    System.exit(new CommandLine(new DataserverCommand()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandLine command = java.util.Objects.requireNonNull(spec).commandLine();
    Dataserver server;
    try {
      server = Dataserver.start(config());
    } catch (ConfigException | FsException e) {
      command.getErr().println("dfs dataserver: " + e.getMessage());
      return BAD_SETUP;
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  // A signal would otherwise become the exit code.
                  Runtime.getRuntime().halt(0);
                },
                "stop"));
    command.getOut().println("dfs dataserver serving on " + server.address());
    command.getOut().flush();
    Readiness.announce("serving on " + server.address());
    new CountDownLatch(1).await();
    return 0;
  }

  private DataserverConfig config() {
    List<String> overrides = new ArrayList<>();
    if (!directories.isEmpty()) {
      overrides.add("directories=" + String.join(",", directories));
    }
    if (!nameservers.isEmpty()) {
      overrides.add("nameservers=" + String.join(",", nameservers));
    }
    @Var String where = listen;
    if (where != null) {
      overrides.add("listen=" + where);
    }
    overrides.addAll(
        settings.stream()
            .map(s -> s.startsWith("dataserver.") ? s : "dataserver." + s)
            .collect(Collectors.toList()));
    ConfigFile file = configFile == null ? ConfigFile.empty() : ConfigFile.parse(configFile);
    file.checkKeys(overrides, DataserverConfig.class);
    return file.read(DataserverConfig.class, overrides);
  }
}
