package io.dfs.common.checksum;

import static io.dfs.common.checksum.Crc32c.BLOCK_BYTES;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Crc32cTest {
  private static final byte[] DIGITS = "123456789".getBytes(US_ASCII);

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @Test
  void knownVectorsMatch() {
    assertEquals(0xE3069283, Crc32c.of(ByteBuffer.wrap(DIGITS)));
    assertEquals(0, Crc32c.of(ByteBuffer.allocate(0)));
    // RFC 3720, B.4: 32 bytes of zeros, and 32 bytes of ones.
    assertEquals(0x8A9136AA, Crc32c.of(ByteBuffer.allocate(32)));
    byte[] ones = new byte[32];
    Arrays.fill(ones, (byte) 0xFF);
    assertEquals(0x62A8AB43, Crc32c.of(ByteBuffer.wrap(ones)));
  }

  @Test
  void everyKindOfBufferGivesTheSameSumAndStaysWhereItWas() {
    byte[] bytes = randomBytes(5000);
    int expected = Crc32c.of(ByteBuffer.wrap(bytes));
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 7).position(7).put(bytes);
    direct.position(7);
    assertEquals(expected, Crc32c.of(direct));
    assertEquals(7, direct.position());
    assertEquals(expected, Crc32c.of(ByteBuffer.wrap(bytes).asReadOnlyBuffer()));

    ByteBuf heap = Unpooled.buffer().writeZero(3).writeBytes(bytes);
    ByteBuf offHeap = Unpooled.directBuffer().writeZero(3).writeBytes(bytes).writeZero(9);
    ByteBuf pieces =
        Unpooled.wrappedBuffer(
            Unpooled.buffer().writeZero(3).writeBytes(bytes, 0, 1234),
            Unpooled.directBuffer().writeBytes(bytes, 1234, 1),
            Unpooled.directBuffer().writeBytes(bytes, 1235, bytes.length - 1235));
    for (ByteBuf buf : new ByteBuf[] {heap, offHeap, pieces, heap.asReadOnly(), heap.slice()}) {
      assertEquals(expected, Crc32c.of(buf, 3, bytes.length), buf.toString());
      assertEquals(0, buf.readerIndex());
    }
    for (ByteBuf buf : new ByteBuf[] {heap, offHeap, pieces}) {
      buf.release();
    }
  }

  @Test
  void rangeOutsideTheBufferIsRefused() {
    ByteBuf slice = Unpooled.wrappedBuffer(DIGITS).slice(2, 3);
    assertThrows(IndexOutOfBoundsException.class, () -> Crc32c.of(slice, 1, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> Crc32c.ofBlocks(slice, -1, 2, 0));
  }

  @Test
  void combiningTwoSumsGivesTheSumOfTheConcatenation() {
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = randomBytes(random.nextInt(1 << random.nextInt(18)));
      int cut = random.nextInt(bytes.length + 1);
      int a = Crc32c.of(ByteBuffer.wrap(bytes, 0, cut));
      int b = Crc32c.of(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
      assertEquals(
          Crc32c.of(ByteBuffer.wrap(bytes)),
          Crc32c.combine(a, b, bytes.length - cut),
          () -> "seed " + seed + ", length " + bytes.length + ", cut " + cut);
    }
  }

  @Test
  void combiningWithNothingChangesNothing() {
    int crc = random.nextInt();
    assertEquals(crc, Crc32c.combine(crc, 0, 0));
    assertEquals(crc, Crc32c.combine(0, crc, 12345));
    assertThrows(IllegalArgumentException.class, () -> Crc32c.combine(1, 2, -1));
  }

  @Test
  void combiningIsAssociativeEvenOverLengthsNoBufferCanHold() {
    for (int i = 0; i < 1000; i++) {
      int a = random.nextInt();
      int b = random.nextInt();
      int c = random.nextInt();
      long lengthB = random.nextLong() >>> 2;
      long lengthC = random.nextLong() >>> 2;
      assertEquals(
          Crc32c.combine(Crc32c.combine(a, b, lengthB), c, lengthC),
          Crc32c.combine(a, Crc32c.combine(b, c, lengthC), lengthB + lengthC),
          () -> "seed " + seed);
    }
  }

  @Test
  void runsAreCutAtTheBlockBoundariesOfTheChunk() {
    byte[] bytes = randomBytes(2 * BLOCK_BYTES + 10);
    ByteBuf buf = Unpooled.wrappedBuffer(bytes);
    assertArrayEquals(
        new int[] {
          sum(bytes, 0, BLOCK_BYTES), sum(bytes, BLOCK_BYTES, BLOCK_BYTES), sum(bytes, 131072, 10)
        },
        Crc32c.ofBlocks(buf, 0, bytes.length, 0));
    assertArrayEquals(
        new int[] {
          sum(bytes, 0, 1),
          sum(bytes, 1, BLOCK_BYTES),
          sum(bytes, 1 + BLOCK_BYTES, BLOCK_BYTES),
          sum(bytes, 1 + 2 * BLOCK_BYTES, 9)
        },
        Crc32c.ofBlocks(buf, 0, bytes.length, 3 * BLOCK_BYTES - 1));
  }

  @Test
  void pieceInsideOneBlockIsOneRun() {
    byte[] bytes = randomBytes(100);
    ByteBuf buf = Unpooled.wrappedBuffer(bytes);
    assertArrayEquals(new int[] {sum(bytes, 10, 50)}, Crc32c.ofBlocks(buf, 10, 50, 65486));
    assertEquals(2, Crc32c.runs(51, 65486));
    assertEquals(0, Crc32c.runs(0, 17));
    assertEquals(0, Crc32c.ofBlocks(buf, 0, 0, 17).length);
  }

  @Test
  void runsOfNeighbouringPiecesCombineIntoTheBlocksOfTheWhole() {
    for (int i = 0; i < 50; i++) {
      byte[] bytes = randomBytes(1 + random.nextInt(4 * BLOCK_BYTES));
      ByteBuf buf = Unpooled.wrappedBuffer(bytes);
      int offset = random.nextInt(1 << 27);
      int[] runs = Crc32c.ofBlocks(buf, 0, bytes.length, offset);
      int whole = 0;
      int start = 0;
      for (int run : runs) {
        int end = Math.min(bytes.length, start + BLOCK_BYTES - (offset + start) % BLOCK_BYTES);
        whole = Crc32c.combine(whole, run, end - start);
        start = end;
      }
      assertEquals(bytes.length, start);
      assertEquals(sum(bytes, 0, bytes.length), whole, () -> "seed " + seed);
      assertEquals(-1, Crc32c.verifyBlocks(buf, 0, bytes.length, offset, runs));
    }
  }

  @Test
  void verifyNamesTheFirstRunThatDoesNotMatch() {
    byte[] bytes = randomBytes(3 * BLOCK_BYTES);
    ByteBuf buf = Unpooled.wrappedBuffer(bytes);
    int[] sums = Crc32c.ofBlocks(buf, 0, bytes.length, 100);
    assertEquals(4, sums.length);
    bytes[bytes.length - 1] ^= 1;
    assertEquals(3, Crc32c.verifyBlocks(buf, 0, bytes.length, 100, sums));
    bytes[BLOCK_BYTES - 100] ^= 64;
    assertEquals(1, Crc32c.verifyBlocks(buf, 0, bytes.length, 100, sums));
  }

  @Test
  void verifyRefusesTheWrongNumberOfChecksums() {
    ByteBuf buf = Unpooled.wrappedBuffer(DIGITS);
    assertThrows(
        IllegalArgumentException.class, () -> Crc32c.verifyBlocks(buf, 0, 9, 65530, new int[1]));
  }

  private static int sum(byte[] bytes, int start, int length) {
    return Crc32c.of(ByteBuffer.wrap(bytes, start, length));
  }

  private byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
