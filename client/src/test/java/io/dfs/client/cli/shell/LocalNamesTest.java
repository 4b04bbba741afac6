package io.dfs.client.cli.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalNamesTest {
  @TempDir Path dir;

  @Test
  void pathsGoOnFromWhatIsTypedAndDirectoriesEndWithASlash() throws IOException {
    Files.createDirectory(dir.resolve("ab"));
    Files.createFile(dir.resolve("ac"));
    Files.createFile(dir.resolve("b"));
    List<String> found = LocalNames.of(dir + "/a", 10).stream().sorted().toList();
    assertEquals(List.of(dir + "/ab/", dir + "/ac"), found);
    assertEquals(1, LocalNames.of(dir + "/", 1).size());
    assertEquals(List.of(), LocalNames.of(dir + "/none/x", 10));
  }
}
