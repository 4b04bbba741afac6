package io.dfs.client.vfs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.client.fake.FakeCluster;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random operations on a file, with failures, against a byte array. */
final class RandomFileTest {
  private static final int MAX_SIZE = 6 << 20;
  private static final int STEPS = 300;

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw FsException.of(e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void bytesAreAlwaysThoseOfTheModel(long number) {
    run(number, false);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void bytesAreAlwaysThoseOfTheModelThoughServersFail(long number) {
    run(number, true);
  }

  private static void run(long seed, boolean failures) {
    Random random = new Random(seed);
    byte[] model = new byte[0];
    try (FakeCluster cluster = new FakeCluster(4, 1 << 20, 5);
        DfsVfs vfs = cluster.connect("dirty-buffer=4 MiB", "cache-memory=2 MiB")) {
      Opened file =
          get(vfs.create(Caller.ROOT, InodeId.ROOT, Name.of("f"), 0644, true, OpenMode.READ_WRITE));
      for (int step = 0; step < STEPS; step++) {
        String at = "seed " + seed + " step " + step;
        if (failures && random.nextInt(8) == 0) {
          inject(random, cluster);
        }
        switch (random.nextInt(15)) {
          case 0, 1, 2, 3, 4 -> model = write(vfs, file.handle(), model, random);
          case 5 -> {
            int size = random.nextInt(MAX_SIZE);
            get(vfs.setattr(Caller.ROOT, file.attr().inode(), AttrChange.size(size)));
            model = Arrays.copyOf(model, size);
          }
          case 6 -> get(vfs.flush(file.handle()));
          case 7 -> {
            get(vfs.release(file.handle()));
            file = get(vfs.open(Caller.ROOT, file.attr().inode(), OpenMode.READ_WRITE));
          }
          case 8 -> get(vfs.fsync(file.handle(), true));
          case 9 -> model = allocate(vfs, file.handle(), model, random);
          case 10 -> model = copy(vfs, file.handle(), model, random);
          case 11 -> seek(vfs, file.handle(), model, random, at);
          default -> check(vfs, file.handle(), model, random, at);
        }
        assertEquals(
            model.length, get(vfs.getattr(file.attr().inode())).sizeBytes(), "size, " + at);
      }
      get(vfs.release(file.handle()));
      assertEquals(0, vfs.dirtyBytes(), "seed " + seed);
      try (DfsVfs other = cluster.connect()) {
        Opened reopened = get(other.open(Caller.ROOT, file.attr().inode(), OpenMode.READ));
        ByteBuf all = get(other.read(reopened.handle(), 0, MAX_SIZE * 2));
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        all.release();
        assertArrayEquals(model, bytes, "seed " + seed);
      }
    }
  }

  private static void inject(Random random, FakeCluster cluster) {
    var server = cluster.dataservers.get(random.nextInt(4));
    // Groups are neighbours, so of two members at most one is even: reads have a good copy.
    var reading = cluster.dataservers.get(random.nextInt(2) * 2);
    switch (random.nextInt(5)) {
      case 0 -> server.appendsToFail.set(1);
      case 1 -> server.restart();
      case 2 -> reading.readsToCorrupt.set(1);
      case 3 -> cluster.nameserver.repliesToSwallow.set(1);
      default -> reading.readsToFail.set(1);
    }
  }

  private static byte[] write(DfsVfs vfs, long handle, byte[] model, Random random) {
    int scale = 1 << random.nextInt(21);
    int length = 1 + random.nextInt(scale);
    int offset =
        random.nextBoolean() ? model.length : random.nextInt(Math.max(1, model.length + 1000));
    offset = Math.min(offset, MAX_SIZE - length);
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    get(vfs.write(handle, offset, Unpooled.wrappedBuffer(bytes)));
    byte[] grown = Arrays.copyOf(model, Math.max(model.length, offset + length));
    System.arraycopy(bytes, 0, grown, offset, length);
    return grown;
  }

  private static byte[] allocate(DfsVfs vfs, long handle, byte[] model, Random random) {
    int offset = random.nextInt(MAX_SIZE / 2);
    int length = 1 + random.nextInt(MAX_SIZE / 2);
    boolean zero = random.nextBoolean();
    boolean keep = random.nextBoolean();
    int mode = (zero ? Mutation.Allocate.ZERO_RANGE : 0) | (keep ? Mutation.Allocate.KEEP_SIZE : 0);
    get(vfs.fallocate(handle, mode, offset, length));
    byte[] result =
        keep ? model.clone() : Arrays.copyOf(model, Math.max(model.length, offset + length));
    if (zero) {
      int end = Math.min(offset + length, result.length);
      Arrays.fill(result, Math.min(offset, end), end, (byte) 0);
    }
    return result;
  }

  private static byte[] copy(DfsVfs vfs, long handle, byte[] model, Random random) {
    int length = 1 + random.nextInt(MAX_SIZE / 2);
    int low = random.nextInt(MAX_SIZE / 4);
    int high = low + length + random.nextInt(MAX_SIZE / 4);
    boolean up = random.nextBoolean();
    int from = up ? low : high;
    int to = up ? high : low;
    int expected = Math.max(0, Math.min(length, model.length - from));
    assertEquals(expected, get(vfs.copyRange(handle, from, handle, to, length)));
    if (expected == 0) {
      return model;
    }
    byte[] result = Arrays.copyOf(model, Math.max(model.length, to + expected));
    System.arraycopy(model, from, result, to, expected);
    return result;
  }

  /** Holes are zeros, and between them nothing is left out. */
  private static void seek(DfsVfs vfs, long handle, byte[] model, Random random, String at) {
    int from = random.nextInt(model.length + 100);
    if (from >= model.length) {
      assertEquals(-1, sought(vfs, handle, from, true), at);
      return;
    }
    long data = sought(vfs, handle, from, false);
    int end = data < 0 ? model.length : (int) data;
    for (int i = from; i < end; i++) {
      assertEquals(0, model[i], "a byte in a hole, " + at);
    }
    long hole = sought(vfs, handle, from, true);
    assertTrue(hole >= from && hole <= model.length, at);
    assertTrue(data == from || hole == from, at);
  }

  private static long sought(DfsVfs vfs, long handle, long from, boolean hole) {
    try {
      return get(vfs.seek(handle, from, hole));
    } catch (FsException e) {
      assertEquals(Errno.ENXIO, e.errno());
      return -1;
    }
  }

  private static void check(DfsVfs vfs, long handle, byte[] model, Random random, String at) {
    int offset = random.nextInt(model.length + 100);
    int length = 1 + random.nextInt(1 << (1 + random.nextInt(22)));
    ByteBuf data = get(vfs.read(handle, offset, length));
    byte[] bytes = new byte[data.readableBytes()];
    data.readBytes(bytes);
    data.release();
    int from = Math.min(offset, model.length);
    int to = (int) Math.min((long) offset + length, model.length);
    assertArrayEquals(
        Arrays.copyOfRange(model, from, Math.max(from, to)),
        bytes,
        "read " + offset + "+" + length + ", " + at);
  }
}
