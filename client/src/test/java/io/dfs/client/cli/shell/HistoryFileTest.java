package io.dfs.client.cli.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
  @TempDir Path dir;

  @Test
  void itIsInTheStateDirectoryOrElseBelowHome() throws IOException {
    String home = dir.toString();
    assertEquals(
        dir.resolve("state/dfs/shell-history"),
        HistoryFile.prepare(dir.resolve("state").toString(), home));
    Path below = dir.resolve(".local/state/dfs/shell-history");
    assertEquals(below, HistoryFile.prepare(null, home));
    assertEquals(below, HistoryFile.prepare("not/absolute", home));
  }

  @Test
  void whatIsThereStays() throws IOException {
    Path file = HistoryFile.prepare(null, dir.toString());
    Files.writeString(file, "ls\n");
    HistoryFile.prepare(null, dir.toString());
    assertEquals("ls\n", Files.readString(file));
  }

  @Test
  void aPlaceThatCannotBeWrittenIsRefused() throws IOException {
    Path file = Files.createFile(dir.resolve("file"));
    assertThrows(IOException.class, () -> HistoryFile.prepare(file.toString(), dir.toString()));
  }
}
