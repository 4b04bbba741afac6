package io.dfs.client.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.api.Dfs;
import io.dfs.client.fake.FakeCluster;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Caller;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a process of its own, whose direct memory is small. */
final class ShortMemoryTest {
  private static final int FILE = 64 << 20;
  private static final int PIECE = 1 << 20;

  @TempDir Path dir;

  @Test
  void readsGoOnOrFailInTimeWhenDirectMemoryRunsOut() throws Exception {
    File output = dir.resolve("output").toFile();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx300m",
                "-XX:MaxDirectMemorySize=64m",
                "-cp",
                System.getProperty("java.class.path"),
                ShortMemoryTest.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output)
            .start();
    boolean ended = process.waitFor(50, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = java.nio.file.Files.readString(output.toPath());
    assertTrue(ended, "it hangs: " + said);
    assertEquals(0, process.exitValue(), said);
  }

  public static void main(String[] args) throws IOException {
    // More than this process may have: it must say so, and work within what there is.
    try (FakeCluster cluster = new FakeCluster(2, 4 << 20, 100);
        DfsVfs vfs =
            cluster.connect("cache-memory=256 MiB", "dirty-buffer=8 MiB", "deadline=20 s")) {
      byte[] piece = new byte[PIECE];
      try (OutputStream out = Dfs.of(vfs, Caller.ROOT).newOutputStream("/f")) {
        for (int i = 0; i < FILE / PIECE; i++) {
          java.util.Arrays.fill(piece, (byte) i);
          out.write(piece);
        }
      }
      Dfs dfs = Dfs.of(vfs, Caller.ROOT);
      long handle =
          Dfs.await(vfs.open(Caller.ROOT, dfs.stat("/f").inode(), OpenMode.READ)).handle();
      readAll(vfs, handle);

      // Somebody else takes what the cache has left.
      ArrayDeque<ByteBuf> hog = new ArrayDeque<>();
      take(hog);
      try {
        readAll(vfs, handle);
        System.out.println("the cache has given back enough");
      } catch (FsException e) {
        check(e.errno() == Errno.ENOMEM || e.errno() == Errno.EIO, e.toString());
        System.out.println("in time: " + e.getMessage());
      }
      hog.forEach(ByteBuf::release);
      readAll(vfs, handle);
      Dfs.await(vfs.release(handle));
    }
    System.exit(0);
  }

  private static void take(ArrayDeque<ByteBuf> hog) {
    try {
      while (true) {
        hog.add(NetThreads.allocator().directBuffer(4 << 20));
      }
    } catch (OutOfMemoryError e) {
      // The dataservers are in this process, too, and need some.
      for (int i = 0; i < 4; i++) {
        hog.remove().release();
      }
      System.out.println("took " + hog.size() * 4 + " MiB");
    }
  }

  private static void readAll(DfsVfs vfs, long handle) {
    ArrayDeque<CompletableFuture<ByteBuf>> reads = new ArrayDeque<>();
    try {
      for (int i = 0; i < FILE / PIECE; i++) {
        reads.add(vfs.read(handle, (long) i * PIECE, PIECE));
        if (reads.size() == 8 || i == FILE / PIECE - 1) {
          while (!reads.isEmpty()) {
            int first = i + 1 - reads.size();
            ByteBuf bytes = Dfs.await(reads.remove());
            check(bytes.readableBytes() == PIECE, "short");
            check(bytes.getByte(PIECE / 2) == (byte) first, "wrong bytes in piece " + first);
            bytes.release();
          }
        }
      }
    } finally {
      reads.forEach(read -> read.thenAccept(ByteBuf::release));
    }
  }

  private static void check(boolean good, String what) {
    if (!good) {
      throw new AssertionError(what);
    }
  }
}
