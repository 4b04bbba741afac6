package io.dfs.client.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskTierTest {
  private static final int BLOCK = Crc32c.BLOCK_BYTES;
  private static final long BIG = 1L << 30;
  private static final BlockKey KEY = new BlockKey(0x100000007L, 16);

  @TempDir Path dir;

  private DiskTier open(long maxBytes) {
    DiskTier tier = DiskTier.open(dir, maxBytes);
    tier.begin("cluster-a");
    return tier;
  }

  private static byte[] random(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void put(DiskTier tier, BlockKey first, byte[] data) {
    ByteBuf bytes = Unpooled.directBuffer(data.length).writeBytes(data);
    tier.put(first, bytes, Crc32c.ofBlocks(bytes, 0, data.length, 0));
    bytes.release();
  }

  private static byte @Nullable [] read(DiskTier tier, BlockKey first, int count, int need) {
    CompletableFuture<@Nullable ByteBuf> reading = tier.read(first, count, need);
    ByteBuf bytes = reading == null ? null : reading.join();
    if (bytes == null) {
      return null;
    }
    try {
      return ByteBufUtil.getBytes(bytes);
    } finally {
      bytes.release();
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "waited for 10 s");
      Thread.onSpinWait();
    }
  }

  private List<Path> files() {
    try (Stream<Path> all = Files.walk(dir.resolve("blocks"))) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void blocksThatWereKeptComeBackAsOneBuffer() {
    byte[] data = random(2 * BLOCK + 100, 1);
    try (DiskTier tier = open(BIG)) {
      assertNull(tier.read(KEY, 3, 0));
      put(tier, KEY, data);
      await(() -> tier.has(new BlockKey(KEY.chunk(), KEY.block() + 2)));
      assertArrayEquals(data, read(tier, KEY, 3, data.length));
      assertNull(tier.read(KEY, 3, data.length + 1), "shorter than what is needed");
      assertNull(tier.read(KEY, 4, 0), "one block more than there is");
    }
  }

  @Test
  void aLongerLastBlockReplacesAShortOneAndNeverTheOtherWayRound() {
    byte[] data = random(BLOCK, 2);
    try (DiskTier tier = open(BIG)) {
      put(tier, KEY, java.util.Arrays.copyOf(data, 1000));
      put(tier, KEY, data);
      put(tier, KEY, java.util.Arrays.copyOf(data, 500));
      BlockKey last = new BlockKey(KEY.chunk(), 99);
      put(tier, last, new byte[1]);
      await(() -> tier.has(last));
      assertArrayEquals(data, read(tier, KEY, 1, BLOCK));
      assertEquals(BlockFile.diskBytes(BLOCK) + BlockFile.diskBytes(1), tier.bytes());
    }
  }

  @Test
  void aRestartFindsWhatWasThere() {
    byte[] data = random(5 * BLOCK, 3);
    long bytes;
    try (DiskTier tier = open(BIG)) {
      put(tier, KEY, data);
      await(() -> tier.has(new BlockKey(KEY.chunk(), KEY.block() + 4)));
      bytes = tier.bytes();
    }
    try (DiskTier tier = open(BIG)) {
      await(() -> tier.bytes() == bytes);
      assertArrayEquals(data, read(tier, KEY, 5, data.length));
    }
  }

  @Test
  void whatIsQueuedAtTheEndIsStillWritten() {
    byte[] data = random(16 * BLOCK, 4);
    try (DiskTier tier = open(BIG)) {
      put(tier, KEY, data);
    }
    assertEquals(16, files().size());
  }

  @Test
  void aDamagedBlockIsAMissAndGoes() throws IOException {
    try (DiskTier tier = open(BIG)) {
      for (int at : new int[] {3, 9, 21, 26, 31, BlockFile.HEADER_BYTES + 7}) {
        put(tier, KEY, random(BLOCK, 5));
        await(() -> tier.has(KEY));
        Path file = files().get(0);
        byte[] content = Files.readAllBytes(file);
        content[at] ^= 4;
        Files.write(file, content);
        assertNull(read(tier, KEY, 1, BLOCK), "damaged at " + at);
        await(() -> !tier.has(KEY) && files().isEmpty());
      }
      assertTrue(tier.isOn());
      assertEquals(0, tier.bytes());
    }
  }

  @Test
  void aTornBlockIsAMissAfterARestart() throws IOException {
    try (DiskTier tier = open(BIG)) {
      put(tier, KEY, random(BLOCK, 6));
    }
    Path file = files().get(0);
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 5000));
    try (DiskTier tier = open(BIG)) {
      await(() -> tier.has(KEY));
      assertNull(read(tier, KEY, 1, 0));
      await(() -> !tier.has(KEY));
    }
  }

  @Test
  void itStaysWithinItsBytesAndKeepsWhatIsUsed() {
    long max = 20 * BlockFile.diskBytes(BLOCK);
    try (DiskTier tier = open(max)) {
      put(tier, KEY, random(BLOCK, 7));
      await(() -> tier.has(KEY));
      for (int i = 0; i < 100; i++) {
        assertNotNull(read(tier, KEY, 1, BLOCK), "used all the time, but gone at " + i);
        BlockKey key = new BlockKey(i, 0);
        put(tier, key, random(BLOCK, i));
        await(() -> tier.has(key));
        assertTrue(tier.bytes() <= max, tier.bytes() + " bytes");
        assertTrue(files().size() <= 20, files().size() + " files");
      }
    }
    try (DiskTier smaller = open(5 * BlockFile.diskBytes(BLOCK))) {
      await(() -> files().size() == 5);
      assertTrue(smaller.isOn());
    }
  }

  @Test
  void aFullDiskSwitchesItOff() throws IOException {
    try (DiskTier tier = open(BIG)) {
      put(tier, KEY, random(BLOCK, 8));
      await(() -> tier.has(KEY));
      BlockKey key = new BlockKey(1, 0);
      Path path = BlockFile.path(dir.resolve("blocks"), key);
      Files.createDirectories(path.getParent());
      Files.createSymbolicLink(path, Path.of("/dev/full"));
      put(tier, key, random(BLOCK, 9));
      await(() -> !tier.isOn());
      assertNull(tier.read(KEY, 1, 0));
      put(tier, KEY, random(BLOCK, 10));
    }
  }

  @Test
  void aSecondUserOfTheDirectoryIsRefused() {
    try (DiskTier tier = open(BIG)) {
      FsException e = assertThrows(FsException.class, () -> DiskTier.open(dir, BIG));
      assertEquals(Errno.EBUSY, e.errno());
      assertTrue(String.valueOf(e.getMessage()).contains(dir.toString()), e.getMessage());
      assertTrue(tier.isOn());
    }
    open(BIG).close();
  }

  @Test
  void blocksOfAnotherClusterAreNotUsed() {
    try (DiskTier tier = open(BIG)) {
      put(tier, KEY, random(BLOCK, 11));
    }
    try (DiskTier other = DiskTier.open(dir, BIG)) {
      other.begin("cluster-b");
      await(() -> !other.isOn());
      assertFalse(other.has(KEY));
    }
    assertEquals(1, files().size());
  }
}
