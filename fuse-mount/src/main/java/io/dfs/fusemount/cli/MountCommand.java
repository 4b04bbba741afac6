package io.dfs.fusemount.cli;

import io.dfs.client.ClientConfig;
import io.dfs.client.meta.PathResolver;
import io.dfs.client.profile.Profile;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.config.ConfigException;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.Engine;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.linux.EngineState;
import io.dfs.fusemount.linux.LinuxEngine;
import io.dfs.fusemount.linux.channel.LibC;
import io.dfs.fusemount.mount.MountOptions;
import io.dfs.fusemount.mount.MountPoint;
import io.dfs.fusemount.mount.MountSource;
import io.dfs.fusemount.mount.PathEncoding;
import io.dfs.fusemount.server.MountDaemon;
import io.dfs.fusemount.takeover.TakeoverClient;
import io.dfs.fusemount.web.MeasuredVfs;
import io.dfs.fusemount.web.MountWeb;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code dfs mount}: serves a mount in the foreground; the launcher puts it in the background.
 * Exits as mount(8) says.
 */
@Command(
    name = "mount",
    mixinStandardHelpOptions = true,
    versionProvider = MountCommand.Version.class,
    description = "Mounts a cluster as a folder.",
    footer = {
      "",
      "Exit codes: 0 unmounted in the end, 1 wrong usage, 2 the system lacks something, 32 the mount",
      "(or taking it over) failed. The end: dfs umount, umount(8) or SIGTERM; a second SIGTERM whoever uses it."
    })
public final class MountCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(MountCommand.class);
  private static final int USAGE = 1;
  private static final int SYSTEM = 2;
  private static final int FAILURE = 32;
  private static final String READY_FILE = "DFS_READY_FILE";

  /** For the process that had the port before. */
  private static final Duration WEB_PATIENCE = Duration.ofSeconds(5);

  /** Beyond the client's own deadline, so that its error, which says more, comes first. */
  private static final Duration DEADLINE_MARGIN = Duration.ofSeconds(5);

  @Parameters(
      arity = "1..2",
      paramLabel = "[HOST[:PORT][,HOST[:PORT]...][:/PATH]] FOLDER",
      hideParamSyntax = true,
      description =
          "The nameservers and the directory of the cluster (all of it by default), and where to"
              + " mount it.")
  private List<String> parameters = new ArrayList<>();

  @Option(
      names = "--nameserver",
      paramLabel = "HOST:PORT[,HOST:PORT...]",
      description =
          "The nameservers; else as the variable DFS_NAMESERVER or the configuration file says.")
  private @Nullable String nameserver = System.getenv("DFS_NAMESERVER");

  @Option(
      names = {"-f", "--foreground"},
      description = "Stay in the foreground and log to standard error (seen by the launcher).")
  void foreground(boolean unused) {
    // In the background or not, this process does the same.
  }

  @Option(
      names = "-o",
      paramLabel = "OPTION",
      description = "Mount options, separated by commas; -o help lists them.")
  private List<String> options = new ArrayList<>();

  @Option(
      names = "--fake",
      description = "Check options, configuration and mount point, and mount nothing.")
  private boolean fake;

  @Option(
      names = "--takeover",
      description =
          "Take over a folder that is mounted from the process that serves it, without an unmount:"
              + " after an upgrade, programs go on with their open files and locks. Everything else"
              + " stays as it was mounted; the configuration file is read anew. Engine linux only.")
  private boolean takeover;

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration file.")
  private @Nullable Path config;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description =
          "How to talk to the kernel: linux (its own protocol) or jnr (libfuse 2)"
              + " (default: ${DEFAULT-VALUE}).")
  private EngineName engine = EngineName.ofVariable();

  @Option(names = "--pid-file", paramLabel = "FILE", description = "Gets the process id.")
  private @Nullable Path pidFile;

  @Option(
      names = "--ready-file",
      paramLabel = "FILE",
      description = "Is made when the mount is usable; the variable DFS_READY_FILE does the same.")
  private @Nullable Path readyFile;

  @Spec private @Nullable CommandSpec spec;

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = MountCommand.class.getPackage().getImplementationVersion();
      return new String[] {"dfs " + (version == null ? "development" : version)};
    }
  }

  public static void main(String[] args) {
    CommandLine command = new CommandLine(new MountCommand());
    command.setParameterExceptionHandler(
        (failure, unused) -> {
          command.getErr().println("dfs mount: " + failure.getMessage());
          command.getErr().println("See: dfs mount --help");
          return USAGE;
        });
    // The threads of the JVM's libraries shall not keep it.
    System.exit(command.execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    MountArguments arguments =
        new MountArguments(
            parameters, nameserver, options, config, pidFile, System.getProperty("user.dir", "/"));
    MountOptions mountOptions;
    ClientConfig client;
    try {
      if (takeover) {
        checkAlone();
        takeOver();
        return 0;
      }
      mountOptions = arguments.mountOptions();
      client = arguments.clientConfig();
    } catch (IllegalArgumentException | ConfigException e) {
      return fail(USAGE, e.getMessage());
    } catch (FsException e) {
      return fail(FAILURE, e.getMessage());
    }
    try {
      mount(arguments, mountOptions, client);
      return 0;
    } catch (FsException e) {
      return fail(e.errno() == Errno.ENOSYS ? SYSTEM : FAILURE, e.getMessage());
    }
  }

  private int fail(int code, @Nullable String why) {
    CommandLine command = commandLine();
    command.getErr().println("dfs mount: " + why);
    command.getErr().flush();
    return code;
  }

  private void mount(MountArguments arguments, MountOptions mountOptions, ClientConfig client)
      throws InterruptedException {
    MountPoint mountPoint = MountPoint.at(arguments.folder()).check();
    if (fake) {
      return;
    }
    MountSource from = arguments.source();
    String source = arguments.shownSource(client);
    Profile profile = new Profile();
    MountDaemon daemon =
        new MountDaemon(mountPoint, source, profile, pidFiles(arguments), readyFiles());
    try (DfsVfs vfs = connect(client, mountPoint)) {
      vfs.enter(PathResolver.split(from.path().getBytes(PathEncoding.charset())));
      EngineOptions engineOptions = engineOptions(source, mountOptions, client);
      try (MountWeb web = web(client, vfs)) {
        if (web != null) {
          listen(web, client);
        }
        Vfs served = MeasuredVfs.of(vfs, profile, web == null ? null : web.timers());
        daemon.run(
            vfs,
            () -> engine.mount(served, mountPoint.path(), engineOptions),
            () -> say("mounted " + source + " at " + mountPoint.path()),
            arguments.toList());
      }
    }
  }

  private static List<Path> pidFiles(MountArguments arguments) {
    return arguments.pidFile() == null ? List.of() : List.of(arguments.pidFile());
  }

  private List<Path> readyFiles() {
    List<Path> readyFiles = new ArrayList<>();
    if (readyFile != null) {
      readyFiles.add(readyFile.toAbsolutePath());
    }
    if (System.getenv(READY_FILE) != null) {
      readyFiles.add(Path.of(System.getenv(READY_FILE)));
    }
    return readyFiles;
  }

  // ---- taking over

  /** What the mount is like, its process knows. */
  private void checkAlone() {
    if (parameters.size() > 1 || !options.isEmpty() || config != null || pidFile != null || fake) {
      throw new IllegalArgumentException(
          "option --takeover: name the folder only; all else stays as it was mounted");
    }
    if (engine != EngineName.linux) {
      throw new IllegalArgumentException(
          "option --takeover: the engine jnr cannot; unmount, and mount again");
    }
  }

  private void takeOver() throws InterruptedException {
    MountPoint mountPoint = MountPoint.at(parameters.get(0));
    try (TakeoverClient other = TakeoverClient.connect(MountDaemon.takeoverSocket(mountPoint))) {
      MountArguments arguments = MountArguments.of(other.ask());
      // Perhaps it was started inside the mount, which could not be unmounted then.
      LibC.changeDirectory(arguments.directory());
      MountOptions mountOptions = arguments.mountOptions();
      ClientConfig client = arguments.clientConfig();
      String source = arguments.shownSource(client);
      Profile profile = new Profile();
      MountDaemon daemon =
          new MountDaemon(mountPoint, source, profile, pidFiles(arguments), readyFiles(), true);
      try (DfsVfs vfs = DfsVfs.heir(client, description(mountPoint));
          MountWeb web = web(client, vfs)) {
        Vfs served = MeasuredVfs.of(vfs, profile, web == null ? null : web.timers());
        EngineOptions engineOptions = engineOptions(source, mountOptions, client);
        daemon.run(
            vfs,
            () -> {
              Engine taken = takeOver(other, mountPoint, vfs, served, engineOptions);
              afterwards(other, vfs, web, client);
              return taken;
            },
            () -> say("took over " + source + " at " + mountPoint.path()),
            arguments.toList());
      }
    }
  }

  private static Engine takeOver(
      TakeoverClient other,
      MountPoint mountPoint,
      DfsVfs vfs,
      Vfs served,
      EngineOptions engineOptions) {
    TakeoverClient.Taken taken = other.take();
    EngineState state = taken.handover().engine();
    vfs.takeOver(taken.handover().vfs(), state.root());
    LinuxEngine engine = LinuxEngine.takeOver(served, state, taken.descriptors(), engineOptions);
    other.accept();
    vfs.stay();
    other.serving();
    engine.serve(state);
    MountDaemon.announce(mountPoint);
    return engine;
  }

  /** What waits for the end of the other process. */
  private static void afterwards(
      TakeoverClient other, DfsVfs vfs, @Nullable MountWeb web, ClientConfig client) {
    Thread thread =
        new Thread(
            () -> {
              other.awaitEnd();
              vfs.takeOverLease();
              if (web != null) {
                listen(web, client);
              }
            },
            "mount-taken");
    thread.setDaemon(true);
    thread.start();
  }

  // ---- the parts of a mount

  /** Null when nobody wants to look. */
  private static @Nullable MountWeb web(ClientConfig client, DfsVfs vfs) {
    return client.http().isEmpty() ? null : new MountWeb(vfs);
  }

  /** A mount that cannot be watched is better than none. */
  private static void listen(MountWeb web, ClientConfig client) {
    long end = System.nanoTime() + WEB_PATIENCE.toNanos();
    while (true) {
      try {
        LOG.info("metrics at http://{}/metrics", web.listen(client.http().orElseThrow()));
        return;
      } catch (FsException e) {
        if (System.nanoTime() - end > 0) {
          LOG.warn("this mount has no metrics: {}", e.getMessage());
          return;
        }
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static String description(MountPoint mountPoint) {
    return "mount %s on %s, %s, process %d"
        .formatted(
            mountPoint.path(),
            hostName(),
            new Version().getVersion()[0],
            ProcessHandle.current().pid());
  }

  private static DfsVfs connect(ClientConfig client, MountPoint mountPoint) {
    try {
      return DfsVfs.open(client, description(mountPoint));
    } catch (FsException e) {
      throw new FsException(
          Errno.EHOSTUNREACH,
          "cannot reach the cluster at "
              + MountArguments.joined(client.nameservers())
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unnamed machine";
    }
  }

  private static EngineOptions engineOptions(
      String source, MountOptions options, ClientConfig client) {
    return new EngineOptions(
        source,
        options.allowOther().orElse(MountPoint.isRoot()),
        options.entryTimeout(),
        options.attrTimeout(),
        options.directIo(),
        options.writeback(),
        options.maxReadBytes(),
        client.deadline().plus(DEADLINE_MARGIN),
        options.kernelFlags());
  }

  private void say(String what) {
    commandLine().getOut().println(what);
    commandLine().getOut().flush();
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("run by picocli");
    }
    return spec.commandLine();
  }
}
