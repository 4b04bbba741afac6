package io.dfs.client.write;

import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A run of written bytes in memory, at most 1 MiB and not across a 1 MiB boundary of the file. All
 * fields belong to the lock of its {@link FileState}; the bytes no longer change once it is
 * SENDING.
 *
 * <pre>
 * OPEN -- full, flushed, or a write elsewhere --> SENDING -- every replica has it --> ACKED
 *                                                    '------ given up ------------> FAILED
 * </pre>
 */
final class Piece {
  static final int MAX_BYTES = 1 << 20;
  private static final int MIN_CAPACITY = 4096;

  enum State {
    OPEN,
    SENDING,
    ACKED,
    FAILED
  }

  final FileState file;
  final long seq;

  /** Of an append: where its client supposes the end of the file, until the commit tells. */
  long start;

  /** It is to be put at the end of the file, wherever that is by then. */
  final boolean append;

  /** The append that ends here goes on in the next piece, and shall not be torn from it. */
  boolean continued;

  final int limit;
  final long bornNanos = System.nanoTime();
  long sendingNanos;
  State state = State.OPEN;
  int length;
  int capacity;
  @Nullable ByteBuf bytes;
  @Nullable ChunkWriter writer;
  @Nullable OpenChunk chunk;
  int chunkOffset;

  Piece(FileState file, long seq, long start, boolean append, int capacity) {
    this.file = file;
    this.seq = seq;
    this.start = start;
    this.append = append;
    this.limit = roomAt(start);
    this.capacity = capacity;
    this.bytes = NetThreads.allocator().directBuffer(capacity, limit);
  }

  /** Bytes from {@code offset} to the next 1 MiB boundary of the file. */
  static int roomAt(long offset) {
    return MAX_BYTES - (int) (offset & (MAX_BYTES - 1));
  }

  /** The memory that a piece shall have for {@code length} bytes: a power of two. */
  static int capacityFor(int length, int limit) {
    int power = length <= MIN_CAPACITY ? MIN_CAPACITY : Integer.highestOneBit(length - 1) << 1;
    return Math.min(power, limit);
  }

  /** Whether bytes at {@code at} continue or overwrite this piece. */
  boolean takes(long at, boolean appended) {
    return append == appended
        && state == State.OPEN
        && at >= start
        && at <= start + length
        && at - start < limit;
  }

  /** Copies bytes in; there must be capacity for them. */
  void write(long at, ByteBuf from, int index, int count) {
    int position = (int) (at - start);
    ByteBuf b = buffer();
    b.setBytes(position, from, index, count);
    length = Math.max(length, position + count);
    b.writerIndex(length);
  }

  void grow(int newCapacity) {
    buffer().capacity(newCapacity);
    capacity = newCapacity;
  }

  boolean isFull() {
    return length == limit;
  }

  long end() {
    return start + length;
  }

  ByteBuf buffer() {
    ByteBuf b = bytes;
    if (b == null) {
      throw new IllegalStateException("the piece's bytes are gone, state " + state);
    }
    return b;
  }

  /** Lets go of the bytes; returns the memory that came free. */
  int free() {
    ByteBuf b = bytes;
    if (b == null) {
      return 0;
    }
    bytes = null;
    b.release();
    return capacity;
  }
}
