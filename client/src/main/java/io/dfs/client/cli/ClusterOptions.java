package io.dfs.client.cli;

import io.dfs.client.ClientConfig;
import io.dfs.common.config.ConfigException;
import io.dfs.common.config.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which cluster, and how to talk to it. */
abstract sealed class ClusterOptions {
  /** What a command calls its mixin of these. */
  static final String MIXIN = "cluster";

  private static final String ADDRESSES = "HOST:PORT[,HOST:PORT]";
  private static final String WHICH =
      "The cluster (default: DFS_NAMESERVER, then the configuration file).";
  private static final Path DEFAULT_CONFIG = Path.of("/etc/dfs/dfs.conf");

  /** Of nearly all commands. */
  static final class Usual extends ClusterOptions {
    @Option(
        names = {"-n", "--nameserver"},
        paramLabel = ADDRESSES,
        description = WHICH)
    private @Nullable String nameserver;

    @Override
    @Nullable String nameserver() {
      return nameserver;
    }
  }

  /** Of a command whose -n means something else wherever people know it from. */
  static final class WithoutShortName extends ClusterOptions {
    @Option(names = "--nameserver", paramLabel = ADDRESSES, description = WHICH)
    private @Nullable String nameserver;

    @Override
    @Nullable String nameserver() {
      return nameserver;
    }
  }

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

  /** As it was given; null when it was not. */
  abstract @Nullable String nameserver();

  /** The file that is read, null when there is none. */
  @Nullable Path file() {
    return config != null ? config : Files.exists(DEFAULT_CONFIG) ? DEFAULT_CONFIG : null;
  }

  /**
   * The settings, out of the file and the options.
   *
   * @throws ConfigException saying what is wrong with them
   */
  ClientConfig read() {
    return read(List.of());
  }

  /**
   * The settings, out of the file and the options.
   *
   * @param wishes settings that win over the file, as {@code key=value}
   * @throws ConfigException saying what is wrong with them
   */
  ClientConfig read(List<String> wishes) {
    List<String> overrides = new ArrayList<>(wishes);
    String environment = System.getenv("DFS_NAMESERVER");
    if (nameserver() != null) {
      overrides.add("nameservers=" + nameserver());
    } else if (environment != null && !environment.isEmpty()) {
      overrides.add("nameservers=" + environment);
    }
    overrides.addAll(settings);
    Path path = file();
    ConfigFile file = path == null ? ConfigFile.empty() : ConfigFile.parse(path);
    file.checkKeys(overrides, ClientConfig.class);
    return file.read(ClientConfig.class, overrides);
  }
}
