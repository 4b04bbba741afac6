package io.dfs.fusemount.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A listing is not kept in memory. */
final class HugeDirectoryTest {
  @ParameterizedTest
  @EnumSource
  void aMillionEntriesAreListedOnceEachInLittleMemory(TestEngine engine) throws Exception {
    Path directory = Files.createTempDirectory("dfs-huge");
    Process daemon =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx16m",
                "-cp",
                System.getProperty("java.class.path"),
                HugeDirectoryMount.class.getName(),
                engine.name(),
                directory.toString())
            .redirectErrorStream(true)
            .start();
    try {
      Program.awaitLine(daemon, "mounted");
      String count =
          Program.python(
              directory,
              """
              seen = bytearray(1000001)
              for e in os.scandir('.'):
                  i = int(e.name[5:])
                  assert e.inode() == i + 1 and e.is_file(follow_symlinks=False)
                  seen[i] += 1
              print(seen.count(1), max(seen))
              """);
      assertEquals(HugeDirectoryMount.ENTRIES + " 1", count);
    } finally {
      Program.run(List.of("umount", "-l", directory.toString()));
      daemon.waitFor();
      Files.delete(directory);
    }
    assertEquals(0, daemon.exitValue());
  }
}
