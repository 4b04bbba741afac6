package io.dfs.client.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A verified block in memory: a slice of the buffer in which it arrived. Shared. The cache owns one
 * reference to that buffer and gives it back at {@link #release}; whoever reads takes a reference
 * of their own by {@link #slice}.
 */
public final class Block {
  /** The fetch it came with, whose blocks share one buffer. */
  record Origin(BlockKey first, int count, AtomicInteger left) {}

  private final Origin origin;
  private final int length;

  @GuardedBy("this")
  private @Nullable ByteBuf bytes;

  Block(ByteBuf slice, Origin origin) {
    this.bytes = slice;
    this.length = slice.readableBytes();
    this.origin = origin;
  }

  /** 64 KiB, or less when the chunk ended there at the time. */
  public int length() {
    return length;
  }

  Origin origin() {
    return origin;
  }

  /**
   * Bytes of the block as a buffer that the caller releases, or null when the cache has let go of
   * it meanwhile.
   */
  public synchronized @Nullable ByteBuf slice(int from, int count) {
    ByteBuf b = bytes;
    return b == null ? null : b.retainedSlice(b.readerIndex() + from, count);
  }

  void release() {
    ByteBuf b;
    synchronized (this) {
      b = bytes;
      bytes = null;
    }
    if (b != null) {
      b.release();
    }
  }
}
