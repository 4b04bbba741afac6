package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dfs shell}, on a terminal and with scripts. */
class ShellIT {
  @TempDir Path local;

  private Shell.Result shell(String... command) {
    return Shell.attempt(
        local,
        Map.of(
            "DFS_NAMESERVER",
            SharedCluster.cluster().address().toString(),
            "XDG_STATE_HOME",
            local.resolve("state").toString()),
        command);
  }

  private Path history() {
    return local.resolve("state/dfs/shell-history");
  }

  @Test
  void onATerminalItCompletesAndKeepsAHistoryForItsUserAlone() throws Exception {
    Path directory = SharedCluster.newDirectory("terminal");
    Shell.run(directory, "mkdir apples && echo what a pear holds > 'a pear'");
    Path file = Files.createFile(local.resolve("a-file-to-put"));
    Shell.Result typed =
        shell(
            "python3",
            Path.of("src/test/terminal/shell.py").toAbsolutePath().toString(),
            Cluster.DFS,
            "/terminal",
            file.toString());
    assertEquals(0, typed.exit(), typed::all);
    assertTrue(Files.readString(history()).contains("exit 3"), "the history");
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(history())));
  }

  @Test
  void aScriptEndsAtTheFirstFailureWithItsStatusAndKeepsNoHistory() throws Exception {
    Path script = Files.writeString(local.resolve("script"), "ls /\nls --no-such-option\npwd\n");
    Shell.Result ended = shell(Cluster.DFS, "shell", script.toString());
    assertEquals(2, ended.exit(), ended::all);
    assertTrue(ended.err().contains("script: line 2 failed: ls --no-such-option"), ended::all);
    assertTrue(!ended.out().endsWith("/\n"), ended::all);
    Shell.Result all = shell(Cluster.DFS, "shell", "-k", script.toString());
    assertEquals(2, all.exit(), all::all);
    assertTrue(all.out().endsWith("/\n"), all::all);
    assertTrue(Files.notExists(history()), "a history of a script");
  }

  @Test
  void exitSaysHowAScriptEnds() {
    assertEquals(7, shell(Cluster.DFS, "shell", "-c", "exit 7", "-c", "pwd").exit());
    assertEquals(0, shell(Cluster.DFS, "shell", "-c", "exit").exit());
    assertEquals(2, shell(Cluster.DFS, "shell", "-c", "exit soon").exit());
  }
}
