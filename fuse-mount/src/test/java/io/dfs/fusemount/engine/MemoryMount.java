package io.dfs.fusemount.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Mounts an empty {@link MemoryVfs} by hand, until it is unmounted: {@code MemoryMount ENGINE DIR
 * [uncached]}.
 */
public final class MemoryMount {
  private MemoryMount() {}

  public static EngineOptions options(String... flags) {
    return new EngineOptions(
        "dfs:memory",
        true,
        Optional.of(Duration.ofSeconds(1)),
        Optional.of(Duration.ofSeconds(1)),
        false,
        false,
        0,
        Duration.ofSeconds(20),
        List.of(flags));
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[1]).toAbsolutePath();
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
        args.length > 2
            ? new EngineOptions(
                "dfs:memory",
                true,
                Optional.of(Duration.ZERO),
                Optional.of(Duration.ZERO),
                true,
                false,
                0,
                Duration.ofSeconds(20),
                List.of())
            : options("dev", "suid");
    Engine engine = TestEngine.valueOf(args[0]).mount(vfs, directory, options);
    System.out.println("mounted at " + directory);
    engine.awaitUnmount();
    System.out.println("unmounted");
  }
}
