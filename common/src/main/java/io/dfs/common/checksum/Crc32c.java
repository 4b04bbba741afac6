package io.dfs.common.checksum;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * CRC32C (Castagnoli) of bytes where they lie, block by block, and of runs already summed.
 *
 * <p>Stateless. A checksum is the usual one, inverted before and after, as an {@code int}.
 *
 * <p>A CRC is the remainder of its bytes read as a polynomial over GF(2). So the sum of {@code A}
 * followed by {@code B} is the sum of {@code A} times {@code x^(8 * length of B)}, plus the sum of
 * {@code B}; the two inversions cancel. In the reflected form used here bit 31 stands for {@code
 * x^0}.
 */
public final class Crc32c {
  /** 64 KiB: data is verified, cached and repaired in blocks of this size. */
  public static final int BLOCK_BYTES = 65536;

  private static final int POLYNOMIAL = 0x82F63B78;
  private static final int ONE = 0x80000000;
  private static final int X_TO_THE_8 = 0x00800000;

  /**
   * {@code SHIFT[k][d]} is {@code x^(8 * d * 256^k)}: one multiplication for every byte of a
   * length, at most four for a chunk. 8 KiB.
   */
  private static final int[][] SHIFT = shifts();

  private Crc32c() {}

  /** The checksum of the bytes from position to limit; leaves both where they are. */
  public static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /** The checksum of a range of a buffer, of one piece or several; copies and moves nothing. */
  public static int of(ByteBuf buf, int index, int length) {
    Objects.checkFromIndexSize(index, length, buf.capacity());
    return of(new CRC32C(), buf, index, length);
  }

  /** The checksum of A followed by B, from the checksum of each and the length of B in bytes. */
  public static int combine(int crcA, int crcB, long lengthB) {
    if (lengthB < 0) {
      throw new IllegalArgumentException("negative length: " + lengthB);
    }
    int shifted = crcA;
    int k = 0;
    for (long rest = lengthB; rest != 0; rest >>>= 8) {
      int digit = (int) rest & 0xFF;
      if (digit != 0) {
        shifted = multiply(SHIFT[k][digit], shifted);
      }
      k++;
    }
    return shifted ^ crcB;
  }

  /**
   * The number of runs that {@code length} bytes from {@code firstOffset} in a chunk make when cut
   * at its block boundaries, which is the number of checksums that travel with them.
   */
  public static int runs(int length, int firstOffset) {
    if (length < 0 || firstOffset < 0 || length > Integer.MAX_VALUE - firstOffset) {
      throw new IllegalArgumentException("length " + length + " from offset " + firstOffset);
    }
    if (length == 0) {
      return 0;
    }
    return (firstOffset + length - 1) / BLOCK_BYTES - firstOffset / BLOCK_BYTES + 1;
  }

  /**
   * The checksum of each run of a piece of data cut at the block boundaries of its chunk.
   *
   * @param firstOffset where the piece starts in the chunk; unless it is a multiple of {@link
   *     #BLOCK_BYTES} the first run is a short one
   */
  public static int[] ofBlocks(ByteBuf buf, int index, int length, int firstOffset) {
    Objects.checkFromIndexSize(index, length, buf.capacity());
    int[] sums = new int[runs(length, firstOffset)];
    CRC32C crc = new CRC32C();
    int done = 0;
    for (int run = 0; run < sums.length; run++) {
      int runBytes = runBytes(length, firstOffset, done);
      sums[run] = of(crc, buf, index + done, runBytes);
      done += runBytes;
    }
    return sums;
  }

  /**
   * Compares a piece of data with the checksums of its runs, as {@link #ofBlocks} cuts them.
   *
   * @return the index of the first run that does not match, or -1 if all do
   * @throws IllegalArgumentException if there are not {@link #runs} checksums
   */
  public static int verifyBlocks(
      ByteBuf buf, int index, int length, int firstOffset, int[] expected) {
    Objects.checkFromIndexSize(index, length, buf.capacity());
    int runs = runs(length, firstOffset);
    if (expected.length != runs) {
      throw new IllegalArgumentException(expected.length + " checksums for " + runs + " runs");
    }
    CRC32C crc = new CRC32C();
    int done = 0;
    for (int run = 0; run < runs; run++) {
      int runBytes = runBytes(length, firstOffset, done);
      if (of(crc, buf, index + done, runBytes) != expected[run]) {
        return run;
      }
      done += runBytes;
    }
    return -1;
  }

  private static int runBytes(int length, int firstOffset, int done) {
    int toBoundary = BLOCK_BYTES - (firstOffset + done) % BLOCK_BYTES;
    return Math.min(toBoundary, length - done);
  }

  private static int of(CRC32C crc, ByteBuf buf, int index, int length) {
    crc.reset();
    if (buf.hasArray()) {
      crc.update(buf.array(), buf.arrayOffset() + index, length);
    } else if (buf.nioBufferCount() == 1) {
      crc.update(buf.nioBuffer(index, length));
    } else {
      for (ByteBuffer piece : buf.nioBuffers(index, length)) {
        crc.update(piece);
      }
    }
    return (int) crc.getValue();
  }

  /** The product of two polynomials modulo the Castagnoli one, without a branch on their bits. */
  private static int multiply(int a, int b) {
    int product = 0;
    int power = b;
    for (int bits = a; bits != 0; bits <<= 1) {
      product ^= power & (bits >> 31);
      power = (power >>> 1) ^ (POLYNOMIAL & -(power & 1));
    }
    return product;
  }

  private static int[][] shifts() {
    int[][] table = new int[Long.BYTES][256];
    int step = X_TO_THE_8;
    for (int[] digits : table) {
      digits[0] = ONE;
      for (int digit = 1; digit < digits.length; digit++) {
        digits[digit] = multiply(digits[digit - 1], step);
      }
      step = multiply(digits[255], step);
    }
    return table;
  }
}
