package io.dfs.dataserver.server;

import io.dfs.common.config.Bytes;
import io.dfs.common.config.HostPort;
import io.dfs.common.config.Section;
import io.dfs.common.config.Setting;
import io.dfs.dataserver.scrub.ScrubSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of a dataserver; each is explained by its annotation. */
@Section(value = "dataserver", doc = "Keeps chunks of files on local disks.")
public record DataserverConfig(
    @Setting(value = "0.0.0.0:9701", doc = "Where it listens; 0.0.0.0 is every interface.")
        HostPort listen,
    @Setting(
            value = "",
            doc =
                "The address that clients and other servers are told. Empty: the listen address if"
                    + " that is one interface, else the name of the machine.")
        Optional<HostPort> advertise,
    @Setting(
            value = "",
            doc =
                "Where metrics and health can be read by HTTP: a host and a port such as"
                    + " 127.0.0.1:9704. Whoever reaches it may look. Empty: nowhere.")
        Optional<HostPort> http,
    @Setting(
            value = "/var/lib/dfs/data",
            doc =
                "Where chunks are kept: one directory on each disk, used by nothing else. They may"
                    + " be added to.")
        List<Path> directories,
    @Setting(value = "127.0.0.1:9700", doc = "The nameservers, in any order.")
        List<HostPort> nameservers,
    @Setting(
            value = "",
            doc = "The machine as placement sees it: copies go to different ones. Empty: its name.")
        Optional<String> host,
    @Setting(value = "", doc = "The failure domain above the machine, if there is one.")
        String rack,
    @Setting(
            value = "1 GiB",
            min = "0",
            doc =
                "Free space of each disk that is left alone; writes that would use it are refused.")
        @Bytes
        long reserve,
    @Setting(
            value = "4",
            min = "1",
            max = "64",
            doc = "Threads that write to each disk, and as many that sync it.")
        int diskThreads,
    @Setting(
            value = "0",
            min = "0",
            max = "64",
            doc = "Threads that serve connections. 0: one for each processor, at most 8.")
        int networkThreads,
    @Setting(
            value = "1024",
            min = "16",
            max = "100000",
            doc = "Chunks kept open when nobody uses them: file descriptors.")
        int openChunks,
    @Setting(
            value = "16 MiB",
            min = "2 MiB",
            max = "256 MiB",
            doc =
                "Bytes that one connection may have sent and not got answered; then it must wait.")
        @Bytes
        long connectionWindow,
    @Setting(
            value = "64 MiB",
            min = "16 MiB",
            max = "64 GiB",
            doc =
                "Bytes that all clients together may have sent and not got answered; then they must"
                    + " wait. What other dataservers forward may be half as much again for each"
                    + " further copy; the process needs three times as much direct memory.")
        @Bytes
        long payloadMemory,
    @Setting(
            value = "2",
            min = "1",
            max = "16",
            doc = "Connections to each server that comes next in chains.")
        int chainConnections,
    @Setting(
            value = "20 s",
            min = "1 s",
            max = "5 m",
            doc = "How long the next server of a chain may take to answer, before the write fails.")
        Duration chainTimeout,
    @Setting(
            value = "1 h",
            min = "1 s",
            max = "7 d",
            doc = "Time from one count of all chunks to the next; they find what can be deleted.")
        Duration inventoryInterval,
    @Setting(
            value = "14 d",
            min = "1 s",
            max = "365 d",
            doc = "Every stored byte is read and compared with its checksum once in this time.")
        Duration scrubPeriod,
    @Setting(
            value = "20 MiB",
            min = "0",
            max = "16 GiB",
            doc =
                "Bytes of each disk that are verified in a second at most. 0: none. It goes slower"
                    + " when the period allows, and waits for clients' writes.")
        @Bytes
        long scrubRate,
    @Setting(
            value = "7 d",
            min = "0 s",
            max = "365 d",
            doc =
                "Damaged chunk files are set aside in a disk's folder quarantine. Those that are of"
                    + " no more use are removed after this time.")
        Duration quarantineKeep) {

  ScrubSettings scrubbing() {
    return new ScrubSettings(scrubPeriod, scrubRate, quarantineKeep);
  }
}
