package io.dfs.client.cli.bench;

import io.dfs.client.cli.bench.Measurement.Cache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Empties the kernel's page cache, so that reads are cold, where this process may. */
final class KernelCache {
  private static final Path DROP = Path.of("/proc/sys/vm/drop_caches");

  private KernelCache() {}

  /** Only clean pages go, so what is to be read must have been written to disk before. */
  static Cache drop() {
    if (!Files.isWritable(DROP)) {
      return Cache.NOT_DROPPED;
    }
    try {
      Files.writeString(DROP, "3");
      return Cache.COLD;
    } catch (IOException e) {
      return Cache.NOT_DROPPED; // a container may forbid even root to write it
    }
  }
}
