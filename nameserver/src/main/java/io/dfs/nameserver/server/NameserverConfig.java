package io.dfs.nameserver.server;

import io.dfs.common.config.Bytes;
import io.dfs.common.config.HostPort;
import io.dfs.common.config.Section;
import io.dfs.common.config.Setting;
import io.dfs.common.message.DataSettings;
import io.dfs.nameserver.compact.CompactionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The settings of a nameserver. */
@Section(value = "nameserver", doc = "The nameserver, which keeps the directory tree.")
public record NameserverConfig(
    @Setting(value = "0.0.0.0:9700", doc = "Where to listen for clients and dataservers.")
        HostPort listen,
    @Setting(
            value = "/var/lib/dfs/nameserver",
            doc = "The directory that keeps the tree. It must be empty at the first start.")
        Path dir,
    @Setting(
            value = "",
            doc =
                "Where the dashboard and metrics can be seen by HTTP: a host and a port such as"
                    + " 127.0.0.1:9702. Whoever reaches it may look. Empty: nowhere.")
        Optional<HostPort> http,
    @Setting(
            value = "false",
            doc =
                "Whether the dashboard shows the tree: names, owners and sizes of all files and"
                    + " where they lie, to whoever reaches the page.")
        boolean httpTree,
    @Setting(
            value = "64 MiB",
            min = "1 MiB",
            max = "128 MiB",
            doc =
                "The most that one chunk of a file holds, a multiple of 64 KiB. Taken at the first"
                    + " start for the root directory, from which all others inherit.")
        @Bytes
        long chunkSize,
    @Setting(
            value = "2",
            min = "1",
            max = "8",
            doc =
                "Copies of every chunk, on different servers. Taken at the first start for the"
                    + " root directory, from which all others inherit.")
        int replicas,
    @Setting(
            value = "30 s",
            min = "1 s",
            max = "10 m",
            doc =
                "A client that is silent for so long loses its open files and locks, and others"
                    + " wait a third of it before they change what it may have cached. Shorter"
                    + " frees the locks of a lost machine sooner.")
        Duration lease,
    @Setting(value = "1 s", min = "100 ms", max = "1 m", doc = "How often dataservers report.")
        Duration heartbeat,
    @Setting(
            value = "5 s",
            min = "200 ms",
            max = "10 m",
            doc = "A dataserver silent for so long gets no new chunks.")
        Duration suspect,
    @Setting(
            value = "15 s",
            min = "300 ms",
            max = "1 h",
            doc = "A dataserver silent for so long counts as gone.")
        Duration offline,
    @Setting(
            value = "10 m",
            min = "300 ms",
            max = "7 d",
            doc =
                "The copies on a dataserver silent for so long are made again on others. A restart"
                    + " should be shorter.")
        Duration repairAfter,
    @Setting(
            value = "64 MiB",
            min = "1 MiB",
            doc =
                "Bytes a second that each dataserver may receive while copies are made again. What"
                    + " clients move through it meanwhile is taken off, down to a quarter. More is"
                    + " sooner whole, less leaves more to clients. dfs repair limit changes it.")
        @Bytes
        long repairRate,
    @Setting(
            value = "32 MiB",
            min = "1 MiB",
            doc =
                "Bytes a second that each dataserver may receive while the servers are filled"
                    + " evenly, less what clients move through it, down to a quarter. dfs balance"
                    + " limit changes it.")
        @Bytes
        long balanceRate,
    @Setting(
            value = "1 GiB",
            min = "0 B",
            max = "1 TiB",
            doc =
                "Dataservers of the same size that differ by no more bytes are even enough, and"
                    + " nothing moves between them.")
        @Bytes
        long balanceMin,
    @Setting(
            value = "48 MiB",
            min = "8 MiB",
            max = "1 TiB",
            doc =
                "Memory for the hot part of the tree. A busy tree of millions of files is faster"
                    + " with more.")
        @Bytes
        long cache,
    @Setting(
            value = "24 h",
            min = "0 s",
            max = "3650 d",
            doc =
                "For how long what is deleted can be restored; 0 s: not at all. Taken at the first"
                    + " start for the root directory; dfs set --trash changes it, also for a"
                    + " directory and what is below it.")
        Duration trash,
    @Setting(
            value = "",
            doc =
                "Where to put a backup of the tree now and then, best on another disk or machine."
                    + " Empty: no backups but those that dfs metadata backup takes.")
        Optional<Path> backupDir,
    @Setting(
            value = "1 h",
            min = "1 s",
            max = "30 d",
            doc = "How often to take a backup into backup-dir.")
        Duration backupInterval,
    @Setting(
            value = "24",
            min = "1",
            max = "10000",
            doc = "How many backups to keep in backup-dir; older ones are removed.")
        int backupCount,
    @Setting(
            value = "",
            doc =
                "A file that gets a line of JSON for each change of the tree: who, what, path and"
                    + " result. Best on a disk of its own. Empty: none.")
        Optional<Path> auditLog,
    @Setting(
            value = "64 MiB",
            min = "64 KiB",
            max = "1 TiB",
            doc = "When audit-log is so large it becomes audit-log.1, and a new one begins.")
        @Bytes
        long auditSize,
    @Setting(
            value = "8",
            min = "1",
            max = "1000",
            doc = "How many older files of audit-log to keep.")
        int auditCount,
    @Setting(
            value = "16 MiB",
            min = "0",
            max = "16 GiB",
            doc =
                "Bytes in a second that each dataserver rewrites at most, to get the space of dead"
                    + " bytes back and to join small extents. 0: none.")
        @Bytes
        long compactRate,
    @Setting(
            value = "50",
            min = "1",
            max = "99",
            doc =
                "A chunk is rewritten when so many percent of it are dead. Less costs more copying"
                    + " for less space.")
        int compactShare,
    @Setting(
            value = "1 h",
            min = "1 s",
            max = "30 d",
            doc = "Time from one look for what is worth rewriting to the next.")
        Duration compactInterval,
    @Setting(
            value = "10 m",
            min = "0 s",
            max = "30 d",
            doc = "The small extents of a file are joined once it was not written for so long.")
        Duration compactAge,
    @Setting(
            value = "10 m",
            min = "0 s",
            max = "30 d",
            doc =
                "A chunk that was rewritten stays for so long, for readers that opened a file"
                    + " before.")
        Duration compactGrace) {

  private static final int BLOCK_BYTES = 64 << 10;

  public NameserverConfig {
    if (chunkSize % BLOCK_BYTES != 0) {
      throw new IllegalArgumentException("chunk-size must be a multiple of 64 KiB");
    }
    if (suspect.compareTo(heartbeat) <= 0 || offline.compareTo(suspect) < 0) {
      throw new IllegalArgumentException(
          "heartbeat must be shorter than suspect, and suspect not longer than offline");
    }
    if (repairAfter.compareTo(offline) < 0) {
      throw new IllegalArgumentException("repair-after must not be shorter than offline");
    }
  }

  CompactionSettings compaction() {
    return new CompactionSettings(
        compactRate, compactShare, compactInterval, compactAge, compactGrace);
  }

  DataSettings settings() {
    return new DataSettings((int) chunkSize, replicas);
  }
}
