package io.dfs.client.cli.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Incompressible bytes for every 4 KiB page of every file, cheap to make and to check: a page is a
 * slice of a random pool that begins with a stamp of what it is. Immutable, shared by threads.
 */
final class PageData {
  static final int PAGE_BYTES = 4096;

  /** Larger than the window of any common compressor, small enough to be made at once. */
  private static final int POOL_BYTES = 4 << 20;

  private final long seed;
  private final ByteBuffer pool = ByteBuffer.allocateDirect(POOL_BYTES);

  PageData(long seed) {
    this.seed = seed;
    SplittableRandom random = new SplittableRandom(seed);
    while (pool.hasRemaining()) {
      pool.putLong(random.nextLong());
    }
    pool.clear();
  }

  /**
   * Puts one page at the buffer's position.
   *
   * @param version how often the page has been rewritten
   */
  void put(ByteBuffer to, long file, long page, int version) {
    long stamp = stamp(file, page, version);
    int end = to.position() + PAGE_BYTES;
    to.order(ByteOrder.LITTLE_ENDIAN).putLong(stamp);
    to.put(pool.slice(offset(stamp), PAGE_BYTES - Long.BYTES));
    assert to.position() == end;
  }

  /** Whether the page at the buffer's position is what {@link #put} made; moves past it. */
  boolean check(ByteBuffer from, long file, long page, int version) {
    long stamp = stamp(file, page, version);
    int start = from.position();
    boolean right = from.order(ByteOrder.LITTLE_ENDIAN).getLong() == stamp;
    right =
        right
            && from.slice(start + Long.BYTES, PAGE_BYTES - Long.BYTES)
                    .mismatch(pool.slice(offset(stamp), PAGE_BYTES - Long.BYTES))
                < 0;
    from.position(start + PAGE_BYTES);
    return right;
  }

  private long stamp(long file, long page, int version) {
    long mixed = (seed * 31 + file) * 0x9E3779B97F4A7C15L + page * 0xBF58476D1CE4E5B9L + version;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  private static int offset(long stamp) {
    return (int) Long.remainderUnsigned(stamp, POOL_BYTES - PAGE_BYTES);
  }
}
