package io.dfs.client.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.fake.FakeCluster;
import io.dfs.client.transfer.Transfer;
import io.dfs.client.vfs.DfsVfs;
import io.dfs.common.message.Caller;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DfsTest {
  private final FakeCluster cluster = new FakeCluster(3, 1 << 20, 100);

  @TempDir Path local;

  @AfterEach
  void close() {
    cluster.close();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  @Test
  void streamsWriteAndReadFilesInDirectoriesMadeOnTheWay() throws IOException {
    byte[] bytes = random(300_000);
    try (Dfs dfs = Dfs.of(cluster.connect(), Caller.ROOT);
        DfsVfs vfs = dfs.vfs()) {
      dfs.mkdirs("/a/b/c");
      dfs.mkdirs("/a/b/c");
      try (OutputStream out = dfs.newOutputStream("/a/b/c/f")) {
        out.write(bytes);
      }
      try (OutputStream out = dfs.newOutputStream("/a/b/c/f", StandardOpenOption.APPEND)) {
        out.write(1);
      }
      assertEquals(bytes.length + 1, dfs.stat("/a/b/c/f").sizeBytes());
      dfs.rename("/a/b/c/f", "/a/g");
      assertFalse(dfs.exists("/a/b/c/f"));
      try (InputStream in = dfs.newInputStream("/a/g")) {
        assertArrayEquals(bytes, in.readNBytes(bytes.length));
        assertEquals(1, in.read());
        assertEquals(-1, in.read());
      }
      assertEquals(2, dfs.list("/a").size());
      dfs.delete("/a/g");
      assertEquals(1, dfs.list("/a").size());
    }
  }

  @Test
  void aChannelSeeksAndTruncates() throws IOException {
    try (Dfs dfs = Dfs.of(cluster.connect(), Caller.ROOT);
        DfsVfs vfs = dfs.vfs();
        SeekableByteChannel file =
            dfs.open(
                "/f",
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ)) {
      file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));
      file.position(2).write(ByteBuffer.wrap(new byte[] {9}));
      file.truncate(3);
      ByteBuffer all = ByteBuffer.allocate(10);
      assertEquals(3, file.position(0).read(all));
      assertArrayEquals(new byte[] {1, 2, 9}, java.util.Arrays.copyOf(all.array(), 3));
      assertEquals(-1, file.read(all));
    }
  }

  @Test
  void putAndGetKeepBytesAndTimeAndLeaveNoParts() throws IOException {
    byte[] bytes = random(2_500_000);
    Path source = local.resolve("source");
    Files.write(source, bytes);
    try (DfsVfs vfs = cluster.connect()) {
      Transfer transfer = new Transfer(vfs, Caller.ROOT);
      long[] last = new long[1];
      transfer.put(source, "/f", done -> last[0] = done);
      assertEquals(bytes.length, last[0]);
      Path copy = local.resolve("copy");
      transfer.get("/f", copy, done -> {});
      assertArrayEquals(bytes, Files.readAllBytes(copy));
      assertEquals(Files.getLastModifiedTime(source), Files.getLastModifiedTime(copy));
      assertEquals(1, Dfs.of(vfs, Caller.ROOT).list("/").size());
      try (var files = Files.list(local)) {
        assertEquals(2, files.count());
      }
    }
  }

  @Test
  void aPutThatBrokeOffGoesOnWhereItEnded() throws IOException {
    byte[] bytes = random(3 << 20);
    Path source = local.resolve("source");
    Files.write(source, bytes);
    try (DfsVfs vfs = cluster.connect()) {
      Transfer transfer = new Transfer(vfs, Caller.ROOT);
      try {
        transfer.put(
            source,
            "/f",
            done -> {
              if (done >= 1 << 20) {
                throw new IllegalStateException("broken off");
              }
            });
      } catch (IllegalStateException expected) {
        assertEquals("broken off", expected.getMessage());
      }
      long[] first = {-1};
      transfer.put(source, "/f", done -> first[0] = first[0] < 0 ? done : first[0]);
      assertTrue(first[0] >= 1 << 20, "went on at " + first[0]);
      Path copy = local.resolve("copy");
      transfer.get("/f", copy, done -> {});
      assertArrayEquals(bytes, Files.readAllBytes(copy));
    }
  }
}
