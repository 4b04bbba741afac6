package io.dfs.fusemount.engine;

import io.dfs.client.vfs.Vfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Vfs mounted at a directory of its own, for a test. */
final class MountedVfs implements AutoCloseable {
  private final Path directory;
  private final Thread server;

  MountedVfs(TestEngine kind, Vfs vfs, EngineOptions options) throws Exception {
    directory = Files.createTempDirectory("dfs-mount");
    Engine engine = kind.mount(vfs, directory, options);
    server =
        new Thread(
            () -> {
              try {
                engine.awaitUnmount();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "mount " + directory);
    server.start();
  }

  Path directory() {
    return directory;
  }

  @Override
  public void close() throws Exception {
    Process umount = Program.start(List.of("umount", directory.toString()));
    Program.output(umount);
    if (umount.exitValue() != 0) {
      Program.run(List.of("umount", "-l", directory.toString()));
    }
    server.join(10_000);
    if (server.isAlive()) {
      throw new AssertionError("the engine did not end after the unmount");
    }
    Files.delete(directory);
  }
}
