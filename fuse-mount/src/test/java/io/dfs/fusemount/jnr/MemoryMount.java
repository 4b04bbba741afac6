package io.dfs.fusemount.jnr;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Mounts an empty {@link MemoryVfs} by hand, until it is unmounted: {@code MemoryMount DIR}. */
final class MemoryMount {
  private MemoryMount() {}

  static EngineOptions options(String... flags) {
    return new EngineOptions(
        "dfs:memory",
        true,
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        false,
        Duration.ofSeconds(20),
        List.of(flags));
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]).toAbsolutePath();
    Files.createDirectories(directory);
    JnrEngine engine = JnrEngine.mount(new MemoryVfs(), directory, options("dev", "suid"));
    System.out.println("mounted at " + directory);
    engine.awaitUnmount();
    System.out.println("unmounted");
  }
}
