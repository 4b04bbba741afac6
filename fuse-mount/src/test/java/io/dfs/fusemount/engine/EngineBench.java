package io.dfs.fusemount.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * What a system call costs through the engine, over a Vfs that costs next to nothing: {@code
 * EngineBench ENGINE DIR}. One thread; the daemon is another process, so that its CPU time can be
 * told.
 */
final class EngineBench {
  private static final int FILE_BYTES = 64 << 20;

  private EngineBench() {}

  interface Call {
    void run(int i) throws IOException;
  }

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[1]).toAbsolutePath();
    Process daemon =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryMount.class.getName(),
                args[0],
                directory.toString(),
                "uncached")
            .inheritIO()
            .start();
    try {
      while (!Files.exists(directory.resolve("ready"))) {
        Thread.sleep(100);
      }
      measure(daemon, directory);
    } finally {
      new ProcessBuilder("umount", directory.toString()).inheritIO().start().waitFor();
      daemon.waitFor();
    }
  }

  private static void measure(Process daemon, Path directory) throws IOException {
    Path file = directory.resolve("file");
    ByteBuffer big = ByteBuffer.allocateDirect(128 << 10);
    ByteBuffer small = ByteBuffer.allocateDirect(4 << 10);
    for (int round = 0; round < 2; round++) {
      report(
          daemon,
          "getattr",
          50_000,
          i -> Files.readAttributes(file.getParent(), "size", LinkOption.NOFOLLOW_LINKS));
      try (FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        report(
            daemon,
            "write 128 KiB",
            4_000,
            i -> channel.write(big.clear(), (long) i * big.capacity() % FILE_BYTES));
        report(
            daemon,
            "read 4 KiB",
            50_000,
            i -> channel.read(small.clear(), (long) i * 7919 * small.capacity() % FILE_BYTES));
        report(
            daemon,
            "read 128 KiB",
            4_000,
            i -> channel.read(big.clear(), (long) i * big.capacity() % FILE_BYTES));
      }
    }
  }

  private static void report(Process daemon, String name, int count, Call call) throws IOException {
    Duration cpuBefore = cpu(daemon);
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      call.run(i);
    }
    double wallUs = (System.nanoTime() - begin) / 1e3 / count;
    double cpuUs = cpu(daemon).minus(cpuBefore).toNanos() / 1e3 / count;
    System.out.printf(
        "%-14s %8.1f us a call, %8.1f us of the daemon's CPU, %.0f/s%n",
        name, wallUs, cpuUs, 1e6 / wallUs);
  }

  private static Duration cpu(Process process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
