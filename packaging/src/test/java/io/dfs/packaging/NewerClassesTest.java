package io.dfs.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import picocli.CommandLine;

class NewerClassesTest {
  @Test
  void whatTheJvmWouldNotArchiveIsBroughtToAFormatThatItDoes() throws Exception {
    byte[] old;
    try (InputStream in = CommandLine.class.getResourceAsStream("CommandLine.class")) {
      old = Objects.requireNonNull(in).readAllBytes();
    }
    assertTrue(old[7] < 50, "picocli itself is newer: NewerClasses is not needed any more");
    byte[] made = NewerClasses.newer(old);
    assertEquals(52, made[7]);
    assertEquals("picocli/CommandLine", new ClassReader(made).getClassName());
  }
}
