package io.dfs.fusemount.cli;

import io.dfs.client.ClientConfig;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.config.HostPort;
import io.dfs.fusemount.mount.MountOptions;
import io.dfs.fusemount.mount.MountPoint;
import io.dfs.fusemount.mount.MountSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a mount was asked for: what a process that takes it over has to know. Immutable.
 *
 * @param parameters the source, if any, and the folder
 * @param nameserver by option or environment, if any
 * @param options the values of {@code -o}
 * @param directory in which that was; paths among the options may be relative to it
 */
record MountArguments(
    List<String> parameters,
    @Nullable String nameserver,
    List<String> options,
    @Nullable Path config,
    @Nullable Path pidFile,
    String directory) {
  private static final int DEFAULT_PORT = 9700;
  private static final Path SYSTEM_CONFIG = Path.of("/etc/dfs/dfs.conf");

  /** What -o takes of the client's settings: all but where the cluster is. */
  private static final Set<String> CLIENT_KEYS =
      Arrays.stream(ClientConfig.class.getRecordComponents())
          .map(component -> kebab(component.getName()))
          .filter(key -> !key.equals("nameservers"))
          .collect(Collectors.toUnmodifiableSet());

  MountArguments {
    parameters = List.copyOf(parameters);
    options = List.copyOf(options);
    config = config == null ? null : config.toAbsolutePath();
    pidFile = pidFile == null ? null : pidFile.toAbsolutePath();
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
  }

  /** For another process: {@link #of} reads it. */
  List<String> toList() {
    List<String> all = new ArrayList<>();
    parameters.forEach(each -> all.add("parameter=" + each));
    options.forEach(each -> all.add("option=" + each));
    if (nameserver != null) {
      all.add("nameserver=" + nameserver);
    }
    if (config != null) {
      all.add("config=" + config);
    }
    if (pidFile != null) {
      all.add("pid-file=" + pidFile);
    }
    all.add("directory=" + directory);
    return all;
  }

  /** What is not known is left aside. */
  static MountArguments of(List<String> list) {
    List<String> parameters = new ArrayList<>();
    List<String> options = new ArrayList<>();
    String nameserver = null;
    Path config = null;
    Path pidFile = null;
    String directory = "/";
    for (String each : list) {
      int equals = each.indexOf('=');
      String value = each.substring(equals + 1);
      switch (equals < 0 ? "" : each.substring(0, equals)) {
        case "parameter" -> parameters.add(value);
        case "option" -> options.add(value);
        case "nameserver" -> nameserver = value;
        case "config" -> config = Path.of(value);
        case "pid-file" -> pidFile = Path.of(value);
        case "directory" -> directory = value;
        default -> {}
      }
    }
    return new MountArguments(parameters, nameserver, options, config, pidFile, directory);
  }

  /**
   * The values of {@code -o}.
   *
   * @throws IllegalArgumentException naming what is wrong with them
   */
  MountOptions mountOptions() {
    MountOptions parsed = MountOptions.parse(options, CLIENT_KEYS);
    if (parsed.allowOther().orElse(false) && !MountPoint.othersMayBeAllowed()) {
      throw new IllegalArgumentException(
          "option allow_other: only root may, unless /etc/fuse.conf says user_allow_other");
    }
    return parsed;
  }

  /** Without servers when neither the command line nor the environment names them. */
  MountSource source() {
    MountSource source =
        parameters.size() > 1
            ? MountSource.parse(parameters.get(0), DEFAULT_PORT)
            : new MountSource(List.of(), "/");
    return source.nameservers().isEmpty() && nameserver != null
        ? new MountSource(MountSource.parse(nameserver, DEFAULT_PORT).nameservers(), source.path())
        : source;
  }

  /** With the configuration file as it is now. */
  ClientConfig clientConfig() {
    List<String> settings = new ArrayList<>();
    if (!source().nameservers().isEmpty()) {
      settings.add("client.nameservers=" + joined(source().nameservers()));
    }
    mountOptions().clientSettings().forEach(setting -> settings.add("client." + setting));
    ConfigFile file = ConfigFile.empty();
    if (config != null) {
      file = ConfigFile.parse(config);
    } else if (Files.isReadable(SYSTEM_CONFIG)) {
      file = ConfigFile.parse(SYSTEM_CONFIG);
    }
    file.checkKeys(settings, ClientConfig.class);
    return file.read(ClientConfig.class, settings);
  }

  /** As it was written, so that mount -a finds what fstab asks for mounted already. */
  String shownSource(ClientConfig client) {
    return parameters.size() > 1
        ? parameters.get(0)
        : joined(client.nameservers()) + ":" + source().path();
  }

  String folder() {
    return parameters.get(parameters.size() - 1);
  }

  static String joined(List<HostPort> addresses) {
    return addresses.stream().map(HostPort::toString).collect(Collectors.joining(","));
  }
}
