package io.dfs.fusemount.linux.mount;

import static io.dfs.fusemount.linux.channel.LibC.LIBC;

import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.linux.channel.Device;
import io.dfs.fusemount.linux.channel.LibC;
import io.dfs.fusemount.memory.Memory;
import io.dfs.fusemount.mount.PathEncoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** mount(2), which only root may. */
final class SystemMount {
  private static final long MS_NOSUID = 2;
  private static final long MS_NODEV = 4;

  /** What each option adds to the flags of mount(2); the others take away. */
  private static final Map<String, Long> ADDS =
      Map.of(
          "ro", 1L,
          "nosuid", MS_NOSUID,
          "nodev", MS_NODEV,
          "noexec", 8L,
          "sync", 16L,
          "dirsync", 128L,
          "noatime", 1024L);

  private static final Map<String, Long> TAKES =
      Map.of(
          "rw", 1L,
          "suid", MS_NOSUID,
          "dev", MS_NODEV,
          "exec", 8L,
          "async", 16L,
          "atime", 1024L);

  private SystemMount() {}

  static int mount(Path mountPoint, EngineOptions options) {
    int descriptor = Device.open();
    List<String> data = new ArrayList<>();
    data.add("fd=" + descriptor);
    // Octal, of a directory.
    data.add("rootmode=40000");
    data.add("user_id=" + LIBC.getuid());
    data.add("group_id=" + LIBC.getgid());
    data.addAll(FuseMount.options(options));
    long[] strings = {
      LibC.string(options.source().getBytes(PathEncoding.charset())),
      LibC.string(mountPoint.toString().getBytes(PathEncoding.charset())),
      LibC.string(FuseMount.TYPE),
      LibC.string(String.join(",", data))
    };
    try {
      long flags = flags(options.kernelFlags());
      if (LIBC.mount(strings[0], strings[1], strings[2], flags, strings[3]) < 0) {
        FsException failure = LibC.failure("mounting at " + mountPoint);
        LIBC.close(descriptor);
        throw failure;
      }
      return descriptor;
    } finally {
      for (long string : strings) {
        Memory.free(string);
      }
    }
  }

  /** Like libfuse: no devices and no set-user bits unless asked for. */
  static long flags(List<String> options) {
    long flags = MS_NOSUID | MS_NODEV;
    for (String option : options) {
      flags |= ADDS.getOrDefault(option, 0L);
      flags &= ~TAKES.getOrDefault(option, 0L);
    }
    return flags;
  }
}
