package io.dfs.fusemount.server;

import io.dfs.client.profile.Profile;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.engine.TestEngine;
import io.dfs.fusemount.engine.TestVfs;
import io.dfs.fusemount.mount.MountPoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A daemon over a filesystem in memory: {@code DaemonForTest ENGINE DIR PID-FILE}. */
final class DaemonForTest {
  private DaemonForTest() {}

  public static void main(String[] args) throws Exception {
    TestVfs vfs = TestVfs.create();
    try {
      MountPoint mountPoint = MountPoint.at(args[1]).check();
      EngineOptions options =
          new EngineOptions(
              "dfs:test",
              true,
              Optional.of(Duration.ofSeconds(1)),
              Optional.of(Duration.ofSeconds(1)),
              false,
              false,
              0,
              Duration.ofSeconds(5),
              List.of());
      new MountDaemon(mountPoint, "dfs:test", new Profile(), List.of(Path.of(args[2])), List.of())
          .run(
              vfs,
              () -> TestEngine.valueOf(args[0]).mount(vfs, mountPoint.path(), options),
              () -> System.out.println("usable"));
      System.out.println("open handles: " + vfs.openHandles());
    } catch (FsException e) {
      System.out.println(e.errno());
      System.exit(32);
    }
    System.exit(0);
  }
}
