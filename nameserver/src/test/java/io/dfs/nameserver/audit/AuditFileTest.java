package io.dfs.nameserver.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {
  @TempDir Path dir;

  private static byte[] line(int number) {
    return String.format("line %03d\n", number).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aFullFileMakesRoomAndTheOldestGoes() throws Exception {
    Path path = dir.resolve("log/audit.log");
    AuditFile file = new AuditFile(path, 50, 2);
    for (int i = 0; i < 23; i++) {
      file.write(line(i));
    }
    file.close();
    assertEquals("line 020\nline 021\nline 022\n", Files.readString(path));
    assertTrue(Files.readString(dir.resolve("log/audit.log.1")).startsWith("line 015\n"));
    assertTrue(Files.readString(dir.resolve("log/audit.log.2")).startsWith("line 010\n"));
    try (Stream<Path> all = Files.list(path.getParent())) {
      assertEquals(3, all.count());
    }
  }

  @Test
  void aRestartGoesOnInTheSameFile() throws Exception {
    Path path = dir.resolve("audit.log");
    for (int i = 0; i < 7; i++) {
      AuditFile file = new AuditFile(path, 50, 2);
      file.write(line(i));
      file.close();
    }
    assertEquals("line 005\nline 006\n", Files.readString(path));
  }

  @Test
  void aPlaceThatCannotBeWrittenIsKnownBeforeTheFirstLine() throws Exception {
    Path path = Files.createDirectory(dir.resolve("audit.log"));
    assertThrows(IOException.class, () -> new AuditFile(path, 50, 2).prepare());
  }

  @Test
  void afterAFailureItIsOpenedAgain() throws Exception {
    Path path = dir.resolve("audit.log");
    AuditFile file = new AuditFile(path, 50, 2);
    Files.createDirectory(path);
    assertThrows(IOException.class, () -> file.write(line(0)));
    Files.delete(path);
    file.write(line(1));
    assertEquals("line 001\n", Files.readString(path));
    file.close();
  }

  @Test
  void aLineThatWasTornByAFullDiskSpoilsNoOther() throws Exception {
    Path path = dir.resolve("audit.log");
    Files.writeString(path, "line 000\nline");
    AuditFile file = new AuditFile(path, 50, 2);
    file.write(line(1));
    file.close();
    assertEquals("line 000\nline\nline 001\n", Files.readString(path));
  }
}
