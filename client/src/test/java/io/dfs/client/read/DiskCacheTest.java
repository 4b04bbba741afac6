package io.dfs.client.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.api.Dfs;
import io.dfs.client.fake.FakeCluster;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.common.message.Caller;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskCacheTest {
  private static final int SIZE = 3_333_333;

  private final FakeCluster cluster = new FakeCluster(3, 1 << 20, 100);
  private final byte[] content = new byte[SIZE];

  @TempDir Path dir;

  @AfterEach
  void close() {
    cluster.close();
  }

  private DfsVfs connect() {
    return cluster.connect("cache-dir=" + dir);
  }

  private void write() throws IOException {
    new Random(1).nextBytes(content);
    try (DfsVfs vfs = cluster.connect();
        OutputStream out = Dfs.of(vfs, Caller.ROOT).newOutputStream("/f")) {
      out.write(content);
    }
  }

  private byte[] read(DfsVfs vfs) throws IOException {
    try (InputStream in = Dfs.of(vfs, Caller.ROOT).newInputStream("/f")) {
      return in.readAllBytes();
    }
  }

  private int reads() {
    return cluster.dataservers.stream().mapToInt(s -> s.reads.get()).sum();
  }

  private static void await(DfsVfs vfs, long bytes) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (vfs.cachedDiskBytes() < bytes) {
      assertTrue(System.nanoTime() < deadline, vfs.cachedDiskBytes() + " bytes on disk");
      Thread.onSpinWait();
    }
  }

  @Test
  void anotherClientWithTheSameDirectoryReadsWithoutAskingAnyDataserver() throws IOException {
    write();
    long kept;
    try (DfsVfs first = connect()) {
      assertArrayEquals(content, read(first));
      await(first, SIZE);
      kept = first.cachedDiskBytes();
    }
    int before = reads();
    assertTrue(before > 0);
    try (DfsVfs second = connect()) {
      await(second, kept);
      assertArrayEquals(content, read(second));
    }
    assertEquals(before, reads());
  }

  @Test
  void damageOnTheCacheDiskIsNeverSeen() throws IOException {
    write();
    try (DfsVfs first = connect()) {
      read(first);
      await(first, SIZE);
    }
    try (Stream<Path> files = Files.walk(dir.resolve("blocks"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] block = Files.readAllBytes(file);
        block[block.length / 2] ^= 1;
        Files.write(file, block);
      }
    }
    try (DfsVfs second = connect()) {
      await(second, SIZE);
      assertArrayEquals(content, read(second));
    }
  }
}
