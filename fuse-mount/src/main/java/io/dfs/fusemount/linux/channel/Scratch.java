package io.dfs.fusemount.linux.channel;

import io.dfs.fusemount.memory.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Native memory in which a thread puts an answer together: up to {@link #BYTES} of it, and the list
 * of its parts. Confined to its thread; lives as long as the thread.
 */
final class Scratch {
  /** The longest target of a symbolic link, and its header. */
  static final int BYTES = 8192;

  /** The most that writev(2) takes. */
  static final int MAX_PARTS = 1024;

  private static final int IOVEC_BYTES = 16;

  private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

  /** Freed with the thread: the collector owns it. */
  private final ByteBuffer owned =
      ByteBuffer.allocateDirect(BYTES + MAX_PARTS * IOVEC_BYTES).order(ByteOrder.nativeOrder());

  private final long address = Memory.addressOf(owned);
  private int parts;

  static Scratch current() {
    return CURRENT.get();
  }

  ByteBuffer memory() {
    return owned;
  }

  long address() {
    return address;
  }

  long partsAddress() {
    return address + BYTES;
  }

  int parts() {
    return parts;
  }

  void begin() {
    parts = 0;
  }

  /** False when there is no room for one more. */
  boolean add(long part, long bytes) {
    if (parts == MAX_PARTS) {
      return false;
    }
    int at = BYTES + parts++ * IOVEC_BYTES;
    owned.putLong(at, part);
    owned.putLong(at + Long.BYTES, bytes);
    return true;
  }
}
