package io.dfs.client.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Uses most commands a little, in one process, so that the JVM can archive the classes that they
 * load.
 */
public final class CommandTraining {
  private CommandTraining() {}

  /**
   * @param args the address of a nameserver, and an empty directory for scratch
   */
  public static void main(String[] args) throws IOException {
    use(args[0], Path.of(args[1]));
    System.exit(0);
  }

  /** Makes something in the cluster, shows it in all ways, and removes it. */
  public static void use(String address, Path scratch) throws IOException {
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
