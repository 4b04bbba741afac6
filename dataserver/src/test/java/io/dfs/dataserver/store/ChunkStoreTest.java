package io.dfs.dataserver.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkStoreTest {
  @TempDir Path root;
  private ChunkStore store;

  private void open(String... directories) throws IOException {
    List<Path> paths = Arrays.stream(directories).map(root::resolve).toList();
    Disks disks = Disks.open(paths, 0, 2);
    disks.adopt("cluster", new NodeId(1));
    store = new ChunkStore(disks, 16);
  }

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  private static ChunkId chunk(int sequence) {
    return ChunkId.of(new GroupId(1), sequence);
  }

  private CompletableFuture<Integer> append(ChunkId id, int offset, byte[] bytes) {
    ByteBuf payload = Unpooled.directBuffer().writeBytes(bytes);
    int[] crcs = Crc32c.ofBlocks(payload, 0, bytes.length, offset);
    return store.append(id, offset, payload, crcs, "test");
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] read(ChunkId id, int offset, int length) throws IOException {
    ChunkSlice slice = join(store.read(id, offset, length));
    try {
      ByteBuffer bytes = ByteBuffer.allocate(slice.length());
      while (bytes.hasRemaining()) {
        assertTrue(slice.file().read(bytes, slice.position() + bytes.position()) > 0);
      }
      assertEquals(
          -1,
          Crc32c.verifyBlocks(
              Unpooled.wrappedBuffer(bytes.array()), 0, slice.length(), 0, slice.crcs()));
      return bytes.array();
    } finally {
      slice.release().run();
    }
  }

  private static <T> T join(CompletableFuture<T> future) {
    try {
      return future.orTimeout(30, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw FsException.of(e);
    }
  }

  private static Errno errno(CompletableFuture<?> future) {
    return assertThrows(FsException.class, () -> join(future)).errno();
  }

  @Test
  void randomAppendsSyncsDeletesAndReopeningsAgreeWithByteArrays() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Map<ChunkId, byte[]> model = new HashMap<>();
    open("a", "b");
    for (int i = 0; i < 1500; i++) {
      ChunkId id = chunk(random.nextInt(40));
      byte[] now = model.get(id);
      int length = now == null ? 0 : now.length;
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> {
          byte[] piece = bytes(random, 1 + random.nextInt(90_000));
          assertEquals(length + piece.length, join(append(id, length, piece)));
          byte[] grown = Arrays.copyOf(now == null ? new byte[0] : now, length + piece.length);
          System.arraycopy(piece, 0, grown, length, piece.length);
          model.put(id, grown);
        }
        case 4 -> assertEquals(Errno.ESTALE, errno(append(id, length + 1, new byte[1])));
        case 5, 6, 7 -> {
          int offset = random.nextInt(4) * Crc32c.BLOCK_BYTES;
          int count = (1 + random.nextInt(3)) * Crc32c.BLOCK_BYTES;
          if (now == null) {
            assertEquals(Errno.ENOENT, errno(store.read(id, offset, count)));
          } else {
            int end = Math.min(length, offset + count);
            byte[] expected = offset >= end ? new byte[0] : Arrays.copyOfRange(now, offset, end);
            assertArrayEquals(expected, read(id, offset, count));
          }
        }
        case 8 -> {
          if (now != null) {
            join(store.sync(id, length));
            assertEquals(Errno.ESTALE, errno(store.sync(id, length + 1)));
          }
        }
        default -> {
          if (random.nextInt(4) == 0) {
            join(store.delete(id));
            model.remove(id);
          } else if (random.nextInt(10) == 0) {
            store.close();
            open("a", "b");
          }
        }
      }
    }
    // A chunk that is open may have zeros written ahead, which a walk counts.
    store.close();
    open("a", "b");
    List<ChunkId> walked = new ArrayList<>();
    store.walk(7, walked::addAll);
    assertEquals(model.size(), walked.size());
    assertEquals(model.keySet(), new java.util.HashSet<>(walked));
    assertEquals(model.size(), store.capacity().chunks());
    long bytes = model.values().stream().mapToLong(b -> b.length).sum();
    assertEquals(bytes, store.capacity().usedBytes());
  }

  @Test
  void whoReadsAChunkWhileItIsDeletedMayFinish() throws IOException {
    open("a");
    byte[] model = bytes(new Random(1), 70_000);
    join(append(chunk(1), 0, model));
    ChunkSlice slice = join(store.read(chunk(1), 0, 2 * Crc32c.BLOCK_BYTES));
    join(store.delete(chunk(1)));
    assertEquals(Errno.ENOENT, errno(store.length(chunk(1))));
    ByteBuffer bytes = ByteBuffer.allocate(70_000);
    assertEquals(70_000, slice.file().read(bytes, slice.position()));
    assertArrayEquals(model, bytes.array());
    slice.release().run();
  }

  @Test
  void aDamagedChunkFileIsAnErrorThatNamesIt() throws IOException {
    open("a");
    join(append(chunk(1), 0, new byte[10]));
    store.close();
    Path file;
    try (var files = Files.walk(root)) {
      file = files.filter(f -> f.toString().endsWith(".chunk")).findFirst().orElseThrow();
    }
    byte[] damaged = Files.readAllBytes(file);
    damaged[20] ^= 1;
    Files.write(file, damaged);
    open("a");
    FsException e = assertThrows(FsException.class, () -> join(store.length(chunk(1))));
    assertEquals(Errno.EIO, e.errno());
    assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
  }

  @Test
  void aDirectoryInUseIsRefused() throws IOException {
    open("a");
    FsException e =
        assertThrows(FsException.class, () -> Disks.open(List.of(root.resolve("a")), 0, 1));
    assertEquals(Errno.EBUSY, e.errno());
  }

  @Test
  void aForeignDirectoryIsRefused() throws IOException {
    Files.createDirectories(root.resolve("x"));
    Files.writeString(root.resolve("x/letter.txt"), "dear");
    FsException e =
        assertThrows(FsException.class, () -> Disks.open(List.of(root.resolve("x")), 0, 1));
    assertEquals(Errno.ENOTEMPTY, e.errno());
    assertTrue(e.getMessage().contains("letter.txt"), e.getMessage());
  }

  @Test
  void disksOfTwoClustersAreRefusedTogether() throws IOException {
    open("a");
    store.close();
    try (Disks other = Disks.open(List.of(root.resolve("b")), 0, 1)) {
      other.adopt("other", new NodeId(5));
    }
    FsException e =
        assertThrows(
            FsException.class,
            () -> Disks.open(List.of(root.resolve("a"), root.resolve("b")), 0, 1));
    assertEquals(Errno.EINVAL, e.errno());
  }

  @Test
  void theReserveIsRefusedBeforeAnythingIsWritten() throws IOException {
    Disks disks = Disks.open(List.of(root.resolve("a")), Long.MAX_VALUE / 2, 1);
    disks.adopt("cluster", new NodeId(1));
    store = new ChunkStore(disks, 16);
    assertEquals(Errno.ENOSPC, errno(append(chunk(1), 0, new byte[10])));
    assertEquals(0, store.capacity().freeBytes());
    try (var files = Files.walk(root)) {
      assertEquals(0, files.filter(f -> f.toString().endsWith(".chunk")).count());
    }
  }

  @Test
  void aDiskThatFailsGivesWhatItHasAndTakesNothingUntilItWorksAgain() throws IOException {
    open("a");
    byte[] model = bytes(new Random(4), 1000);
    join(append(chunk(1), 0, model));
    Path chunks = root.resolve("a/chunks");
    Files.move(chunks, root.resolve("a/dfs-aside"));
    Files.writeString(chunks, "a file where a folder should be");
    assertEquals(Errno.EIO, errno(append(chunk(2), 0, model)));
    assertEquals(1, store.capacity().failedDisks());
    assertEquals(0, store.capacity().freeBytes());
    assertEquals(Errno.EIO, errno(append(chunk(1), 1000, model)));
    assertArrayEquals(model, read(chunk(1), 0, Crc32c.BLOCK_BYTES));
    Files.delete(chunks);
    Files.move(root.resolve("a/dfs-aside"), chunks);
    store.tend();
    assertEquals(0, store.capacity().failedDisks());
    assertEquals(2000, join(append(chunk(1), 1000, model)));
    assertEquals(1000, join(append(chunk(2), 0, model)));
  }

  @Test
  void aDiskThatIsGoneIsNotReplacedByItsMountPoint() throws IOException {
    open("a");
    join(append(chunk(1), 0, new byte[10]));
    Files.move(root.resolve("a"), root.resolve("unmounted"));
    Files.createDirectory(root.resolve("a"));
    assertEquals(Errno.EIO, errno(append(chunk(2), 0, new byte[10])));
    store.tend();
    assertEquals(1, store.capacity().failedDisks());
    assertTrue(Files.notExists(root.resolve("a/chunks")));
  }

  @Test
  void aFullDiskLeavesChunksAsTheyWereAndTakesBytesAgainWhenThereIsSpace() throws Exception {
    Path small = Files.createDirectories(root.resolve("small"));
    run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", small.toString());
    try {
      open("small/data");
      byte[] mib = bytes(new Random(2), 1 << 20);
      int length = 0;
      FsException full = null;
      while (full == null) {
        try {
          length = join(append(chunk(1), length, mib));
        } catch (FsException e) {
          full = e;
        }
        assertTrue(length < 9 << 20);
      }
      assertEquals(Errno.ENOSPC, full.errno());
      assertTrue(full.getMessage().contains(small.toString()), full.getMessage());
      assertEquals(length, join(store.length(chunk(1))));
      assertArrayEquals(mib, read(chunk(1), length - (1 << 20), 1 << 20));
      assertEquals(0, store.capacity().failedDisks());
      fillWithZeros(small.resolve("data/dfs-filler"));
      assertEquals(Errno.ENOSPC, errno(append(chunk(2), 0, mib)));
      assertEquals(Errno.ENOENT, errno(store.length(chunk(2))));
      Files.delete(small.resolve("data/dfs-filler"));
      join(store.delete(chunk(1)));
      store.tend();
      assertEquals(1 << 20, join(append(chunk(2), 0, mib)));
      assertArrayEquals(mib, read(chunk(2), 0, 1 << 20));
    } finally {
      store.close();
      store = null;
      run("umount", "-l", small.toString());
    }
  }

  private static void fillWithZeros(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      out.write(new byte[8 << 20]);
      throw new AssertionError("the disk is not full");
    } catch (IOException e) {
      assertTrue(e.getMessage().contains("space"), e.getMessage());
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), out);
  }

  @Test
  void pipelinedAppendsOfAllSizesHappenInOrder() throws IOException {
    open("a");
    Random random = new Random(3);
    List<CompletableFuture<Integer>> appends = new ArrayList<>();
    byte[] all = bytes(random, 6 << 20);
    int at = 0;
    while (at < all.length) {
      int n = Math.min(all.length - at, 1 + random.nextInt(random.nextBoolean() ? 500 : 200_000));
      appends.add(append(chunk(1), at, Arrays.copyOfRange(all, at, at + n)));
      at += n;
    }
    appends.forEach(ChunkStoreTest::join);
    assertArrayEquals(all, read(chunk(1), 0, all.length));
  }

  @Test
  void aCopyIsOnDiskBeforeItIsSaidToHaveTakenItsPlace() throws IOException {
    open("a");
    byte[] bytes = bytes(new Random(3), 200_000);
    try (Replacement copy = store.replace(chunk(1))) {
      ByteBuf payload = Unpooled.directBuffer().writeBytes(bytes);
      copy.append(payload, Crc32c.ofBlocks(payload, 0, bytes.length, 0));
      payload.release();
      join(store.install(copy));
      assertEquals(bytes.length, copy.syncedLength());
    }
    assertArrayEquals(bytes, read(chunk(1), 0, bytes.length));
  }
}
