package io.dfs.fusemount.jnr;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Mounts an empty {@link MemoryVfs} by hand, until it is unmounted: {@code MemoryMount DIR
 * [uncached]}.
 */
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
    MemoryVfs vfs = new MemoryVfs();
    vfs.create(
            io.dfs.common.message.Caller.ROOT,
            io.dfs.common.id.InodeId.ROOT,
            io.dfs.common.message.Name.of("ready"),
            0644,
            true,
            io.dfs.client.vfs.Vfs.OpenMode.WRITE)
        .join();
    EngineOptions options =
        args.length > 1
            ? new EngineOptions(
                "dfs:memory",
                true,
                Duration.ZERO,
                Duration.ZERO,
                true,
                Duration.ofSeconds(20),
                List.of())
            : options("dev", "suid");
    JnrEngine engine = JnrEngine.mount(vfs, directory, options);
    System.out.println("mounted at " + directory);
    engine.awaitUnmount();
    System.out.println("unmounted");
  }
}
