package io.dfs.fusemount.linux.channel;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The memory for requests. Shared. At most {@link #MAX} at a time; while all are lent to writes
 * that wait for room in the dirty buffer, no further request is read from the kernel, which queues
 * them.
 */
public final class Buffers {
  /** 128 MiB when every one has held a write of the largest size. */
  static final int MAX = 128;

  /** Kept when there is nothing to do. */
  private static final int MAX_IDLE = 8;

  private final int bytes;
  private final Semaphore left = new Semaphore(MAX);
  private final ConcurrentLinkedQueue<RequestBuffer> idle = new ConcurrentLinkedQueue<>();
  private final AtomicInteger idleCount = new AtomicInteger();

  public Buffers(int bytes) {
    this.bytes = bytes;
  }

  /** One for the calling thread; may wait. */
  public RequestBuffer take() {
    left.acquireUninterruptibly();
    RequestBuffer buffer = idle.poll();
    if (buffer == null) {
      try {
        return new RequestBuffer(this, bytes);
      } catch (OutOfMemoryError e) {
        left.release();
        throw e;
      }
    }
    idleCount.decrementAndGet();
    return buffer;
  }

  void put(RequestBuffer buffer) {
    if (idleCount.incrementAndGet() > MAX_IDLE) {
      idleCount.decrementAndGet();
      buffer.free();
    } else {
      idle.add(buffer);
    }
    left.release();
  }
}
