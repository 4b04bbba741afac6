package io.dfs.common.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One setting of every type, as a component would declare them. */
@Section(value = "sample", doc = "A sample of every type.")
record SampleConfig(
    @Setting(value = "0.0.0.0:9701", doc = "Address to listen on.") HostPort listen,
    @Setting(value = "/var/lib/dfs/data", doc = "Where chunks are kept, one folder a disk.")
        List<Path> directories,
    @Setting(value = "4 GiB", min = "0", max = "1 PiB", doc = "Space left free on every disk.")
        @Bytes
        long reserve,
    @Setting(value = "5 s", min = "100 ms", max = "1 h", doc = "Time between two reports.")
        Duration heartbeat,
    @Setting(value = "8", min = "1", max = "64", doc = "Threads that read disks.") int ioThreads,
    @Setting(value = "-3", doc = "Any number.") long anyNumber,
    @Setting(value = "no", doc = "Whether to scrub.") boolean scrub,
    @Setting(value = "", doc = "A name for people.") String title,
    @Setting(value = "rack-1", pattern = "[a-z0-9-]+", doc = "The rack.") String rack,
    @Setting(
            value = "jnr",
            choices = {"jnr", "linux"},
            doc = "The engine.")
        String engine,
    @Setting(value = "rack-row", doc = "The failure domain.") Domain domain,
    @Setting(value = "localhost:9700", doc = "The nameservers.") List<HostPort> nameservers,
    @Setting(value = "", doc = "Labels.") List<String> labels,
    @Setting(value = "", doc = "The disk cache, if any.") Optional<Path> diskCache) {
  enum Domain {
    HOST,
    RACK_ROW
  }

  SampleConfig {
    if (ioThreads == 13 && scrub) {
      throw new IllegalArgumentException("scrub needs luck; set io-threads to 12 or 14");
    }
  }
}
