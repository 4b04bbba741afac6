package io.dfs.packaging;

import io.dfs.client.cli.CommandTraining;
import io.dfs.common.config.ConfigFile;
import io.dfs.dataserver.server.Dataserver;
import io.dfs.dataserver.server.DataserverConfig;
import io.dfs.nameserver.server.Nameserver;
import io.dfs.nameserver.server.NameserverConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Uses every part of dfs a little, in one process, so that the JVM can archive the classes that
 * they load. {@code class-archive} runs it.
 */
final class Training {
  private Training() {}

  /**
   * @param args a directory for scratch, and the archive to make of what commands load
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path scratch = Path.of(args[0]);
    ConfigFile defaults = ConfigFile.empty();
    try (Nameserver nameserver =
            Nameserver.start(
                defaults.read(
                    NameserverConfig.class,
                    List.of(
                        "listen=127.0.0.1:0",
                        "dir=" + scratch.resolve("nameserver"),
                        "replicas=1")),
                "training");
        Dataserver dataserver =
            Dataserver.start(
                defaults.read(
                    DataserverConfig.class,
                    List.of(
                        "listen=127.0.0.1:0",
                        "nameservers=" + nameserver.address(),
                        "directories=" + scratch.resolve("dataserver"))))) {
      CommandTraining.use(nameserver.address().toString(), scratch);
      archiveOfCommands(Path.of(args[1]), nameserver.address().toString(), scratch);
    }
    System.exit(0);
  }

  /** Commands have other options and jars than servers, so they get an archive of their own. */
  private static void archiveOfCommands(Path archive, String address, Path scratch)
      throws IOException, InterruptedException {
    String launcher = Objects.requireNonNull(System.getenv("DFS_LAUNCHER"));
    Process training =
        new ProcessBuilder(
                launcher,
                "class-archive-of-commands",
                archive.toString(),
                address,
                Files.createDirectory(scratch.resolve("commands")).toString())
            .inheritIO()
            .start();
    int unused = training.waitFor(); // what it has made tells how it went
  }
}
