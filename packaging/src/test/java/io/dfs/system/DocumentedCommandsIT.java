package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands that the README and OPERATIONS show, run as they stand there, in their order: only
 * places and the files that are their examples are put in.
 */
class DocumentedCommandsIT {
  private static final Pattern INDENTED = Pattern.compile(" {4,}(\\S.*)");

  /** Of the lines that are shown as code. */
  private static final Pattern COMMAND =
      Pattern.compile("(packaging/target/dfs/bin/dfs|dfs|cd|mv) .*");

  /**
   * Shown by others: servers by a configuration file (DataserverCommandTest, PackagesIT), and the
   * measuring of speed.
   */
  private static final Pattern ELSEWHERE = Pattern.compile("dfs (nameserver|dataserver|bench) .*");

  /** A folder that somebody deletes; what is younger than 10 s is not kept. */
  private static final String DELETED =
      "mkdir -p \"$M/home/ann/thesis\"; echo text > \"$M/home/ann/thesis/t\"; sleep 11; "
          + "rm -r \"$M/home/ann/thesis\"\n";

  /** What has to happen before commands that begin so. */
  private static final Map<String, String> BEFORE = Map.of("dfs trash ls", DELETED, "cd ", DELETED);

  /** How full this machine's disks are, and what else is mounted, is not this test's affair. */
  private static final String EXPECTED_OF_DOCTOR =
      "cat found; grep -qFx \"OK    mount $M: answers\" found\n"
          + "! grep '^ERROR' found | grep -v '^ERROR mount \\| free of ' || exit 1\n";

  @TempDir Path dir;

  private static List<String> commands(String document) throws IOException {
    return Files.readAllLines(Path.of("..").resolve(document)).stream()
        .map(INDENTED::matcher)
        .filter(line -> line.matches())
        .map(line -> line.group(1))
        .filter(line -> COMMAND.matcher(line).matches())
        .map(line -> line.replaceFirst("^packaging/target/dfs/bin/", ""))
        .filter(line -> !ELSEWHERE.matcher(line).matches())
        .toList();
  }

  @Test
  void theCommandsOfTheReadmesWork() throws Exception {
    List<String> commands = commands("README.md");
    assertTrue(commands.size() >= 3, commands::toString);
    assertTrue(commands.equals(commands("README.zh-CN.md")), "the READMEs show the same");
    try (Cluster cluster = Cluster.start()) {
      Files.write(dir.resolve("bigfile"), new byte[10_000_000]);
      run(cluster, commands, dir);
    }
  }

  @Test
  void theCommandsOfOperationsWork() throws Exception {
    List<String> commands = commands("docs/OPERATIONS.md");
    assertTrue(commands.size() >= 30, commands::toString);
    try (Cluster cluster = Cluster.start()) {
      Mount mount = cluster.mount();
      Shell.run(
          mount.path(), "mkdir -p important logs home/ann && echo text | tee FILE important/f");
      List<String> here = commands.stream().map(line -> placed(line, cluster, mount)).toList();
      run(cluster, here, mount.path());
      Shell.run(mount.path(), "grep -x text home/ann/thesis/t");
    }
  }

  private String placed(String line, Cluster cluster, Mount mount) {
    String by = line.startsWith("dfs mount") || line.startsWith("dfs umount") ? "own" : "";
    return line.replace("ns.example.org:9700", cluster.address().toString())
        .replace("/mnt/dfs", by.isEmpty() ? mount.path().toString() : dir.resolve(by).toString())
        .replaceFirst(" /mnt ", " " + mount.path() + " ")
        .replace("/backups", dir.toString())
        .replace("/var/lib/dfs/nameserver", dir.resolve("restored").toString())
        .replaceFirst("(layout|explain) (FILE|PATH)", "$1 /FILE");
  }

  /**
   * In one shell, which keeps its folder; what goes on until it is ended is ended after a while.
   */
  private void run(Cluster cluster, List<String> commands, Path mounted) throws IOException {
    Files.createDirectories(dir.resolve("own"));
    StringBuilder script =
        new StringBuilder("dfs() { '" + Cluster.DFS + "' \"$@\"; }\n")
            .append("shown() { echo \"--- $1\"; }\n");
    for (String command : commands) {
      String quoted = command.replace("'", "'\\''");
      script.append("shown '").append(quoted).append("'\n");
      BEFORE.forEach((begin, before) -> script.append(command.startsWith(begin) ? before : ""));
      if (command.startsWith("dfs profile")) {
        String bounded = command.replaceFirst("dfs", "timeout -s INT 4 '" + Cluster.DFS + "'");
        script.append("r=0; ").append(bounded.replace("#", "|| r=$? #")).append('\n');
        script.append("[ $r = 130 ] || [ $r = 124 ]\n");
      } else if (command.startsWith("dfs doctor")) {
        script.append("dfs doctor > found || [ $? = 1 ]\n").append(EXPECTED_OF_DOCTOR);
      } else {
        script.append(command).append('\n');
      }
    }
    Shell.Result result =
        Shell.attempt(
            dir,
            Map.of("DFS_NAMESERVER", cluster.address().toString(), "M", mounted.toString()),
            "bash",
            "-euo",
            "pipefail",
            "-c",
            script.toString());
    assertTrue(result.exit() == 0, () -> "the last one shown failed:\n" + result.all());
  }
}
