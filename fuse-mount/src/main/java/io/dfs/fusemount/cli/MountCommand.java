package io.dfs.fusemount.cli;

import io.dfs.client.ClientConfig;
import io.dfs.client.meta.PathResolver;
import io.dfs.client.profile.Profile;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.config.ConfigException;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.mount.MountOptions;
import io.dfs.fusemount.mount.MountPoint;
import io.dfs.fusemount.mount.MountSource;
import io.dfs.fusemount.mount.PathEncoding;
import io.dfs.fusemount.server.MountDaemon;
import io.dfs.fusemount.web.MeasuredVfs;
import io.dfs.fusemount.web.MountWeb;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
      "failed. The end: dfs umount, umount(8) or SIGTERM; a second SIGTERM whoever uses it."
    })
public final class MountCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(MountCommand.class);
  private static final int USAGE = 1;
  private static final int SYSTEM = 2;
  private static final int FAILURE = 32;
  private static final int DEFAULT_PORT = 9700;
  private static final Path SYSTEM_CONFIG = Path.of("/etc/dfs/dfs.conf");
  private static final String READY_FILE = "DFS_READY_FILE";

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
    MountOptions mountOptions;
    MountSource source;
    ClientConfig client;
    try {
      mountOptions = MountOptions.parse(options, CLIENT_KEYS);
      checkOthers(mountOptions);
      source = source();
      client = clientConfig(source, mountOptions);
    } catch (IllegalArgumentException | ConfigException e) {
      return fail(USAGE, e.getMessage());
    }
    try {
      mount(source, mountOptions, client);
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

  /** What -o takes of the client's settings: all but where the cluster is. */
  private static final Set<String> CLIENT_KEYS =
      Arrays.stream(ClientConfig.class.getRecordComponents())
          .map(component -> kebab(component.getName()))
          .filter(key -> !key.equals("nameservers"))
          .collect(Collectors.toUnmodifiableSet());

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
  }

  private static void checkOthers(MountOptions options) {
    if (options.allowOther().orElse(false) && !MountPoint.othersMayBeAllowed()) {
      throw new IllegalArgumentException(
          "option allow_other: only root may, unless /etc/fuse.conf says user_allow_other");
    }
  }

  /** Without servers when neither the command line nor the environment names them. */
  private MountSource source() {
    MountSource source =
        parameters.size() > 1
            ? MountSource.parse(parameters.get(0), DEFAULT_PORT)
            : new MountSource(List.of(), "/");
    return source.nameservers().isEmpty() && nameserver != null
        ? new MountSource(MountSource.parse(nameserver, DEFAULT_PORT).nameservers(), source.path())
        : source;
  }

  private ClientConfig clientConfig(MountSource source, MountOptions mountOptions) {
    List<String> settings = new ArrayList<>();
    if (!source.nameservers().isEmpty()) {
      settings.add("client.nameservers=" + joined(source.nameservers()));
    }
    mountOptions.clientSettings().forEach(setting -> settings.add("client." + setting));
    ConfigFile file = ConfigFile.empty();
    if (config != null) {
      file = ConfigFile.parse(config);
    } else if (Files.isReadable(SYSTEM_CONFIG)) {
      file = ConfigFile.parse(SYSTEM_CONFIG);
    }
    file.checkKeys(settings, ClientConfig.class);
    return file.read(ClientConfig.class, settings);
  }

  private static String joined(List<HostPort> addresses) {
    return addresses.stream().map(HostPort::toString).collect(Collectors.joining(","));
  }

  private void mount(MountSource from, MountOptions mountOptions, ClientConfig client)
      throws InterruptedException {
    MountPoint mountPoint = MountPoint.at(parameters.get(parameters.size() - 1)).check();
    if (fake) {
      return;
    }
    String servers = joined(client.nameservers());
    // As it was written, so that mount -a finds what fstab asks for mounted already.
    String source = parameters.size() > 1 ? parameters.get(0) : servers + ":" + from.path();
    List<Path> readyFiles = new ArrayList<>();
    if (readyFile != null) {
      readyFiles.add(readyFile);
    }
    if (System.getenv(READY_FILE) != null) {
      readyFiles.add(Path.of(System.getenv(READY_FILE)));
    }
    Profile profile = new Profile();
    MountDaemon daemon =
        new MountDaemon(
            mountPoint,
            source,
            profile,
            pidFile == null ? List.of() : List.of(pidFile),
            readyFiles);
    try (DfsVfs vfs = connect(client, servers, mountPoint)) {
      vfs.enter(PathResolver.split(from.path().getBytes(PathEncoding.charset())));
      EngineOptions engineOptions = engineOptions(source, mountOptions, client);
      try (MountWeb web = web(client, vfs)) {
        Vfs served = MeasuredVfs.of(vfs, profile, web == null ? null : web.timers());
        daemon.run(
            vfs,
            () -> engine.mount(served, mountPoint.path(), engineOptions),
            () -> sayMounted(mountPoint, source));
      }
    }
  }

  /** Null when nobody wants to look; a mount that cannot be watched is better than none. */
  private static @Nullable MountWeb web(ClientConfig client, DfsVfs vfs) {
    if (client.http().isEmpty()) {
      return null;
    }
    try {
      MountWeb web = new MountWeb(client.http().get(), vfs);
      LOG.info("metrics at http://{}/metrics", web.address());
      return web;
    } catch (FsException e) {
      LOG.warn("this mount has no metrics: {}", e.getMessage());
      return null;
    }
  }

  private static DfsVfs connect(ClientConfig client, String servers, MountPoint mountPoint) {
    try {
      String description =
          "mount %s on %s, %s, process %d"
              .formatted(
                  mountPoint.path(),
                  hostName(),
                  new Version().getVersion()[0],
                  ProcessHandle.current().pid());
      return DfsVfs.open(client, description);
    } catch (FsException e) {
      throw new FsException(
          Errno.EHOSTUNREACH, "cannot reach the cluster at " + servers + ": " + e.getMessage(), e);
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

  private void sayMounted(MountPoint mountPoint, String source) {
    commandLine().getOut().println("mounted " + source + " at " + mountPoint.path());
    commandLine().getOut().flush();
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("run by picocli");
    }
    return spec.commandLine();
  }
}
