package io.dfs.fusemount.linux;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.net.WaitingThreads;
import io.dfs.fusemount.linux.channel.Buffers;
import io.dfs.fusemount.linux.channel.Channel;
import io.dfs.fusemount.linux.channel.RequestBuffer;
import io.dfs.fusemount.linux.channel.Wakeup;
import io.dfs.fusemount.linux.wire.Decoder;
import io.dfs.fusemount.linux.wire.Header;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that take requests from the kernel. Shared.
 *
 * <p>A thread starts what a request asks for and, for small questions to the nameserver, waits for
 * the answer itself, which costs no change of thread. So there are as many threads as such requests
 * at a time, up to {@link #MAX}; beyond it the kernel queues. Up to {@link #MAX_READING} of them
 * wait for requests, the others rest, and end when they have rested for long.
 */
final class Workers {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

  /** What waits longer than for an answer of the nameserver (data, locks) holds no thread. */
  static final int MAX = 64;

  /** The kernel wakes them in turns: few, so that their memory stays in the processor's cache. */
  private static final int MAX_READING = 3;

  private static final long REST_SECONDS = 60;

  private final List<Channel> channels;
  private final Buffers buffers;
  private final Dispatcher dispatcher;
  private final InodeId root;
  private final Trust trust;
  private final AtomicInteger reading = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger resting = new AtomicInteger();
  private final AtomicInteger started = new AtomicInteger();
  private final Semaphore calls = new Semaphore(0);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Set<Seat> seats = ConcurrentHashMap.newKeySet();
  private final Object release = new Object();
  private volatile boolean ending;

  /** No further request is taken. */
  private volatile boolean held;

  /** What a thread does now, told by itself. */
  private static final class Seat {
    volatile boolean receiving;
    volatile boolean busy;

    /** As {@link Wakeup} calls the thread; 0 when it has not come to that, or has ended. */
    @GuardedBy("this")
    long thread;
  }

  Workers(
      List<Channel> channels, Buffers buffers, Dispatcher dispatcher, InodeId root, Trust trust) {
    this.channels = channels;
    this.buffers = buffers;
    this.dispatcher = dispatcher;
    this.root = root;
    this.trust = trust;
  }

  void start() {
    startAnother();
  }

  /** Waits until the kernel has ended the connection and no thread is at a request. */
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  private void startAnother() {
    int now = running.get();
    if (ending || now >= MAX || !running.compareAndSet(now, now + 1)) {
      return;
    }
    int number = started.getAndIncrement();
    Channel channel = channels.get(number % channels.size());
    Thread thread = new Thread(() -> run(channel), "fuse-" + number);
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      running.decrementAndGet();
      LOG.warn("no memory for another thread; the mount goes on with {}", now);
    }
  }

  /** Nobody waits for requests any more. */
  private void callOne() {
    if (resting.get() > 0) {
      calls.release();
    } else {
      startAnother();
    }
  }

  /** False when it has not been called for long. Never while nobody waits for requests. */
  private boolean rest() throws InterruptedException {
    boolean called;
    resting.incrementAndGet();
    try {
      called = reading.get() == 0 || calls.tryAcquire(REST_SECONDS, TimeUnit.SECONDS);
    } finally {
      resting.decrementAndGet();
    }
    // It may have been called just when its time was over.
    return called || reading.get() == 0;
  }

  /**
   * Takes no further request until {@link #goOn}.
   *
   * @return whether no thread is at one, by then
   */
  boolean hold(long endNanos) throws InterruptedException {
    Wakeup wakeup = Wakeup.get();
    held = true;
    while (true) {
      // In this order: who is not counted as reading any more is busy by then.
      if (reading.get() == 0 && seats.stream().noneMatch(seat -> seat.busy)) {
        return true;
      }
      if (System.nanoTime() - endNanos > 0) {
        return false;
      }
      for (Seat seat : seats) {
        synchronized (seat) {
          if (seat.receiving && seat.thread != 0) {
            wakeup.send(seat.thread);
          }
        }
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  void goOn() {
    synchronized (release) {
      held = false;
      release.notifyAll();
    }
  }

  private void awaitRelease() throws InterruptedException {
    synchronized (release) {
      while (held && !ending) {
        release.wait();
      }
    }
  }

  private void run(Channel channel) {
    WaitingThreads.enter();
    RequestBuffer buffer = null;
    Seat seat = new Seat();
    take(seat);
    try {
      while (!ending) {
        if (reading.incrementAndGet() > MAX_READING || held) {
          if (reading.decrementAndGet() == 0 && !held) {
            // Those it counted have all got a request meanwhile.
            continue;
          }
          if (buffer != null) {
            buffer.giveBack();
            buffer = null;
          }
          seat.busy = false;
          if (held) {
            awaitRelease();
            continue;
          }
          if (!rest()) {
            return;
          }
          continue;
        }
        int length;
        try {
          seat.busy = false;
          if (buffer == null) {
            buffer = buffers.take();
          }
          seat.receiving = true;
          length = channel.receive(buffer);
        } finally {
          seat.busy = true;
          seat.receiving = false;
          if (reading.decrementAndGet() == 0) {
            callOne();
          }
        }
        if (length < 0) {
          if (isOver(-length)) {
            return;
          }
          continue;
        }
        if (serve(channel, buffer)) {
          buffer = null;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (buffer != null) {
        buffer.giveBack();
      }
      leave(seat);
      if (running.decrementAndGet() == 0 && ending) {
        ended.countDown();
      }
    }
  }

  private void take(Seat seat) {
    seats.add(seat);
    try {
      long thread = Wakeup.get().currentThread();
      synchronized (seat) {
        seat.thread = thread;
      }
    } catch (FsException e) {
      LOG.debug("this mount cannot be taken over", e);
    }
  }

  private void leave(Seat seat) {
    // Before it ends: nobody wakes a thread that is no more.
    synchronized (seat) {
      seat.thread = 0;
    }
    seats.remove(seat);
  }

  /** Unmounted (ENODEV) or cut off; all others are about one request that was taken back. */
  private boolean isOver(int errno) {
    if (errno == Errno.EINTR.code()
        || errno == Errno.EAGAIN.code()
        || errno == Errno.ENOENT.code()) {
      return false;
    }
    if (errno != Errno.ENODEV.code()) {
      LOG.warn("the kernel has ended the connection: error {}", errno);
    }
    ending = true;
    calls.release(MAX);
    goOn();
    return true;
  }

  private boolean serve(Channel channel, RequestBuffer buffer) {
    Header header;
    try {
      header = Decoder.header(buffer.request());
    } catch (FsException e) {
      LOG.warn("left aside: {}", e.getMessage());
      return false;
    }
    return dispatcher.serve(new Exchange(channel, header, root, trust.count()), header, buffer);
  }
}
