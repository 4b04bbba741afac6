package io.dfs.client;

import io.dfs.common.config.Bytes;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.config.HostPort;
import io.dfs.common.config.Section;
import io.dfs.common.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Settings of a client: a mount, the command line or a Java program. */
@Section(value = "client", doc = "Mounts, the dfs command and programs that use the Java API.")
public record ClientConfig(
    @Setting(
            value = "127.0.0.1:9700",
            doc = "Where the nameservers answer. The client uses the one that is active.")
        List<HostPort> nameservers,
    @Setting(
            value = "",
            doc =
                "Where a mount's metrics and health can be read by HTTP: a host and a port such as"
                    + " 127.0.0.1:9705, of its own for each mount. Whoever reaches it may look."
                    + " Empty: nowhere. Commands have none.")
        Optional<HostPort> http,
    @Setting(
            value = "60 s",
            min = "1 s",
            doc =
                "How long an operation goes on trying when servers do not answer, before it fails"
                    + " with an error.")
        Duration deadline,
    @Setting(
            value = "5 s",
            min = "100 ms",
            max = "10 m",
            doc = "How long to try to reach a nameserver at the start, before giving up.")
        Duration connectTimeout,
    @Setting(
            value = "1 s",
            doc =
                "How long attributes may come from the client's cache when the nameserver gives no"
                    + " leases. 0 keeps nothing, with leases neither.")
        Duration attributeTtl,
    @Bytes
        @Setting(
            value = "64 MiB",
            min = "4 MiB",
            doc = "Memory for written data that is not on all its servers yet.")
        long dirtyBuffer,
    @Bytes @Setting(value = "64 MiB", min = "1 MiB", doc = "Memory for blocks that were read.")
        long cacheMemory,
    @Setting(
            value = "",
            doc =
                "A folder on a local disk for blocks that were read, used again after a restart."
                    + " Each mount needs one of its own. Empty: blocks are kept in memory only.")
        Optional<Path> cacheDir,
    @Bytes
        @Setting(
            value = "10 GiB",
            min = "64 MiB",
            doc = "The most that cache-dir may take. The oldest blocks make room for new ones.")
        long cacheDisk,
    @Bytes
        @Setting(
            value = "8 MiB",
            doc = "The most that is read ahead of a program that reads a file in order.")
        long readAhead,
    @Setting(
            value = "2",
            min = "1",
            max = "16",
            doc = "Connections to each dataserver for reading.")
        int readConnections,
    @Setting(value = "2", min = "1", max = "64", doc = "Network threads. One carries some 2 GB/s.")
        int networkThreads) {

  /** The defaults, with these nameservers. */
  public static ClientConfig of(HostPort... nameservers) {
    return with(
        "nameservers="
            + List.of(nameservers).stream()
                .map(HostPort::toString)
                .collect(Collectors.joining(",")));
  }

  /** The defaults, but for settings given as {@code key=value}. */
  public static ClientConfig with(String... settings) {
    return ConfigFile.empty().read(ClientConfig.class, List.of(settings));
  }

  public int deadlineMs() {
    return (int) Math.min(deadline.toMillis(), Integer.MAX_VALUE);
  }
}
