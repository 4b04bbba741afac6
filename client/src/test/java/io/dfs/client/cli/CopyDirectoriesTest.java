package io.dfs.client.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.fake.FakeCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CopyDirectoriesTest {
  private final FakeCluster cluster = new FakeCluster(2, 1 << 20, 100);
  private final StringWriter err = new StringWriter();

  @TempDir Path local;

  @AfterEach
  void close() {
    cluster.close();
  }

  private int dfs(String command, String... arguments) {
    String[] all = new String[arguments.length + 4];
    all[0] = command;
    all[1] = "-n";
    all[2] = cluster.nameserver.address.toString();
    all[3] = "-r";
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    return DfsCommand.commandLine().setErr(new PrintWriter(err, true)).execute(all);
  }

  @Test
  void aTreeGoesInAndOutAndOneFailureKeepsNoOtherFile() throws IOException {
    Path tree = local.resolve("tree");
    for (int d = 0; d < 3; d++) {
      Files.createDirectories(tree.resolve("d" + d));
      for (int f = 0; f < 100; f++) {
        Files.writeString(tree.resolve("d" + d + "/f" + f), d + " and " + f);
      }
    }
    assertEquals(0, dfs("put", tree.toString(), "/tree"), err::toString);
    // A directory where a file shall go.
    Path copy = local.resolve("copy");
    Files.createDirectories(copy.resolve("tree/d1/f7/x"));
    assertEquals(1, dfs("get", "/tree", copy.toString()));
    assertTrue(err.toString().contains("f7"), err::toString);
    Path root = copy.resolve("tree");
    assertEquals("2 and 99", Files.readString(root.resolve("d2/f99")));
  }
}
