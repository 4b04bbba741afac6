package io.dfs.fusemount.jnr;

import io.dfs.common.error.Errno;
import io.dfs.fusemount.memory.Memory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that serve the kernel. Shared.
 *
 * <p>libfuse's own loop starts native threads without a bound, which Java has to take in and let
 * go. Here they are Java's: as many as there are requests at a time up to {@link #MAX}, and {@link
 * #MAX_IDLE} when there are none. Beyond MAX the kernel queues. Lock waits, which may last forever,
 * are held to fewer (see {@link LockOps}), so the request that would end them is always served.
 */
final class Workers {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

  static final int MAX = 256;
  private static final int MAX_IDLE = 16;

  private final LibFuse fuse;
  private final long session;
  private final long channel;
  private final int requestBytes;
  private final AtomicInteger idle = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger started = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);

  Workers(LibFuse fuse, long session) {
    this.fuse = fuse;
    this.session = session;
    this.channel = fuse.fuse_session_next_chan(session, 0);
    this.requestBytes = (int) fuse.fuse_chan_bufsize(channel);
  }

  void start() {
    running.incrementAndGet();
    startOne();
  }

  /** Waits until the kernel has ended the session and every request is answered. */
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  private void startOne() {
    new Worker(this, started.incrementAndGet(), requestBytes).start();
  }

  private void startAnother() {
    int now = running.get();
    if (now >= MAX || !running.compareAndSet(now, now + 1)) {
      return;
    }
    try {
      startOne();
    } catch (OutOfMemoryError e) {
      running.decrementAndGet();
      LOG.warn("no memory for another thread; the mount goes on with {}", now);
    }
  }

  void loop(Worker worker) {
    Request request = worker.request();
    long channelInOut = worker.pointerScratch();
    try {
      while (fuse.fuse_session_exited(session) == 0) {
        if (idle.incrementAndGet() > MAX_IDLE) {
          idle.decrementAndGet();
          return;
        }
        Memory.putLong(channelInOut, channel);
        int length = fuse.fuse_chan_recv(channelInOut, request.address(), requestBytes);
        int left = idle.decrementAndGet();
        if (length == -Errno.EINTR.code() || length == -Errno.EAGAIN.code()) {
          continue;
        }
        if (length <= 0) {
          return;
        }
        if (left == 0) {
          startAnother();
        }
        request.begin();
        fuse.fuse_session_process(session, request.address(), length, channel);
      }
    } finally {
      if (running.decrementAndGet() == 0) {
        ended.countDown();
      }
    }
  }
}
