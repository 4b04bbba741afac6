package io.dfs.client.vfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.fake.FakeCluster;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Name;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two clients that append to one file: nothing is lost, overlaps or is torn. */
final class AppendTest {
  private static final OpenMode APPEND = new OpenMode(true, true, true, false);

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw FsException.of(e);
    }
  }

  private static Opened open(DfsVfs vfs) {
    return get(vfs.create(Caller.ROOT, InodeId.ROOT, Name.of("log"), 0644, false, APPEND));
  }

  private static void append(DfsVfs vfs, Opened file, byte[] bytes) {
    get(vfs.write(file.handle(), 0, Unpooled.wrappedBuffer(bytes)));
  }

  private static byte[] read(DfsVfs vfs, Opened file) {
    ByteBuf all = get(vfs.read(file.handle(), 0, 64 << 20));
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    all.release();
    return bytes;
  }

  @Test
  void whatBothAppendedIsThereAndEachSeesItsOwnWhereItIs() {
    try (FakeCluster cluster = new FakeCluster(2, 1 << 20, 5);
        DfsVfs ann = cluster.connect();
        DfsVfs bob = cluster.connect()) {
      Opened a = open(ann);
      Opened b = open(bob);
      List<InodeId> moved = new ArrayList<>();
      ann.listen(
          new Vfs.Invalidations() {
            @Override
            public void inode(InodeId inode, boolean data) {
              moved.add(inode);
            }

            @Override
            public void entry(InodeId parent, Name name, InodeId child) {}
          });
      append(ann, a, "one ".getBytes(StandardCharsets.UTF_8));
      append(bob, b, "two ".getBytes(StandardCharsets.UTF_8));
      get(bob.flush(b.handle()));
      assertEquals("one ", new String(read(ann, a), StandardCharsets.UTF_8));
      get(ann.flush(a.handle()));
      assertEquals(List.of(a.attr().inode()), moved);
      append(ann, a, "three ".getBytes(StandardCharsets.UTF_8));
      assertEquals("two one three ", new String(read(ann, a), StandardCharsets.UTF_8));
      get(ann.release(a.handle()));
      Opened again = open(bob);
      assertEquals("two one three ", new String(read(bob, again), StandardCharsets.UTF_8));
    }
  }

  /** Records of a length in bytes, filled with a byte that says whose and which it is. */
  @Test
  void recordsOfManyPiecesAndSmallOnesStayWholeWithLittleMemory() throws Exception {
    long seed = 7;
    try (FakeCluster cluster = new FakeCluster(2, 1 << 20, 5);
        DfsVfs ann = cluster.connect("dirty-buffer=4 MiB");
        DfsVfs bob = cluster.connect("dirty-buffer=4 MiB")) {
      Thread other = new Thread(() -> appendRecords(bob, new Random(seed + 1), 128));
      other.start();
      appendRecords(ann, new Random(seed), 0);
      other.join();
      byte[] bytes = read(ann, open(ann));
      int[] seen = new int[256];
      int at = 0;
      while (at < bytes.length) {
        int length = java.nio.ByteBuffer.wrap(bytes, at, 4).getInt();
        int mark = bytes[at + 4] & 0xff;
        byte[] body = Arrays.copyOfRange(bytes, at + 4, at + 4 + length);
        for (byte one : body) {
          assertEquals(mark, one & 0xff, "a torn record at " + at);
        }
        seen[mark]++;
        at += 4 + length;
      }
      for (int i = 0; i < RECORDS; i++) {
        assertEquals(1, seen[i], "record " + i);
        assertEquals(1, seen[128 + i], "record " + i + " of the other");
      }
      assertTrue(at == bytes.length);
    }
  }

  private static final int RECORDS = 40;

  private static void appendRecords(DfsVfs vfs, Random random, int first) {
    Opened file = open(vfs);
    for (int i = 0; i < RECORDS; i++) {
      int length = 1 + random.nextInt(1 << (1 + random.nextInt(23)));
      byte[] record = new byte[4 + length];
      Arrays.fill(record, (byte) (first + i));
      java.nio.ByteBuffer.wrap(record).putInt(length);
      append(vfs, file, record);
      if (random.nextInt(3) == 0) {
        get(vfs.flush(file.handle()));
      }
    }
    get(vfs.release(file.handle()));
  }
}
