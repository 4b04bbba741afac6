package io.dfs.fusemount.jnr;

import io.dfs.common.net.WaitingThreads;
import io.dfs.fusemount.memory.Memory;

/** A thread that takes requests from the kernel, one after the other. */
final class Worker extends Thread {
  private static final int NAME_BYTES = 256;

  private final Workers workers;
  private final Request request;
  private final long scratch;

  Worker(Workers workers, int number, int requestBytes) {
    super("fuse-" + number);
    setDaemon(true);
    this.workers = workers;
    this.request = new Request(requestBytes);
    this.scratch = Memory.allocate((long) Layout.statBytes() + NAME_BYTES + Long.BYTES);
  }

  /** The worker that runs the calling callback. */
  static Worker current() {
    if (Thread.currentThread() instanceof Worker worker) {
      return worker;
    }
    throw new IllegalStateException("not called by the kernel");
  }

  Request request() {
    return request;
  }

  /** Room for a {@code struct stat}. */
  long statScratch() {
    return scratch;
  }

  /** Room for a name and its NUL. */
  long nameScratch() {
    return scratch + Layout.statBytes();
  }

  /** Room for a pointer. */
  long pointerScratch() {
    return nameScratch() + NAME_BYTES;
  }

  @Override
  public void run() {
    WaitingThreads.enter();
    try {
      workers.loop(this);
    } finally {
      Memory.free(scratch);
    }
  }
}
