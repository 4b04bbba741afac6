package io.dfs.packaging;

import io.dfs.client.cli.DfsCommand;
import io.dfs.common.config.ConfigFile;
import io.dfs.dataserver.server.Dataserver;
import io.dfs.dataserver.server.DataserverConfig;
import io.dfs.nameserver.server.Nameserver;
import io.dfs.nameserver.server.NameserverConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Uses every part of dfs a little, in one process, so that the JVM can archive the classes that
 * they load. {@code class-archive} runs it.
 */
final class Training {
  private Training() {}

  /**
   * @param args an empty directory for scratch
   */
  public static void main(String[] args) throws IOException {
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
      use(nameserver.address().toString(), scratch);
    }
    System.exit(0);
  }

  private static void use(String address, Path scratch) throws IOException {
    Path file = Files.write(scratch.resolve("file"), new byte[200_000]);
    String copy = scratch.resolve("copy").toString();
    String[][] commands = {
      {"status"},
      {"mkdir", "-p", "/a/b"},
      {"put", file.toString(), "/a/b/file"},
      {"ls", "-l", "/a/b"},
      {"ls", "-R", "--json", "/"},
      {"stat", "/a/b/file"},
      {"layout", "/a/b/file"},
      {"get", "/a/b/file", copy},
      {"clone", "/a/b/file", "/a/clone"},
      {"tail", "/a/b/file"},
      {"du", "-s", "/a"},
      {"explain", "/a/b/file"},
      {"sessions"},
      {"locks"},
      {"stats"},
      {"shell", "-c", "cd /a", "-c", "ls"},
      {"mv", "/a/b/file", "/a/moved"},
      {"set", "--replicas", "1", "/a"},
      {"df", "-h"},
      {"servers"},
      {"rm", "-r", "/a"},
      {"ls", "/not/there"}
    };
    for (String[] command : commands) {
      List<String> all = new ArrayList<>(List.of(command));
      all.addAll(List.of("--nameserver", address, "--set", "deadline=5 s"));
      int unused = DfsCommand.execute(all.toArray(String[]::new));
    }
  }
}
