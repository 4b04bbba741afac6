package io.dfs.common.net;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Reply;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a {@link DirectConnection} that have no answer yet. Shared. An answer that a thread
 * waits for is completed by whoever brings it, who also wakes that thread; any other on {@code
 * network}.
 */
final class PendingCalls {
  /** Far more than those who call can add up to. */
  private static final int MAX_IN_FLIGHT = 1 << 16;

  /**
   * A call without its answer. {@code waiter} is the thread that waits for it inside the call, null
   * when none does.
   */
  static final class Pending {
    final String what;
    final long deadlineNanos;
    final int deadlineMs;
    final CompletableFuture<Response> answer = new CompletableFuture<>();
    final @Nullable Thread waiter;

    Pending(String what, int deadlineMs, @Nullable Thread waiter) {
      this.what = what;
      this.deadlineMs = deadlineMs;
      this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
      this.waiter = waiter;
    }
  }

  private final String address;
  private final Executor network;
  private final ConcurrentMap<Long, Pending> pending = new ConcurrentHashMap<>();

  PendingCalls(String address, Executor network) {
    this.address = address;
    this.network = network;
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  int size() {
    return pending.size();
  }

  boolean isFull() {
    return pending.size() >= MAX_IN_FLIGHT;
  }

  void add(long callId, Pending p) {
    pending.put(callId, p);
  }

  void remove(long callId) {
    pending.remove(callId);
  }

  /** A thread that waits for an answer, if there is one. */
  @Nullable Thread anyWaiter() {
    for (Pending p : pending.values()) {
      if (p.waiter != null && !p.answer.isDone()) {
        return p.waiter;
      }
    }
    return null;
  }

  /** Takes an answer, payload included; throws when it is the peer's farewell. */
  void arrived(Frame frame) {
    Pending p = pending.remove(frame.callId());
    if (p == null) {
      frame.payload().release();
      if (frame.callId() == 0 && frame.kind() == Frame.ERROR) {
        throw frame.failure();
      }
      return;
    }
    if (p.waiter != null) {
      complete(p, frame);
      if (p.waiter != Thread.currentThread()) {
        LockSupport.unpark(p.waiter);
      }
    } else {
      network.execute(() -> complete(p, frame));
    }
  }

  private void complete(Pending p, Frame frame) {
    try {
      if (frame.kind() == Frame.ERROR) {
        throw frame.failure();
      }
      if (!(frame.message() instanceof Reply reply)) {
        throw new FsException(Errno.EPROTO, address + " answered a " + p.what + " with a request");
      }
      if (!p.answer.complete(new Response(reply, frame.payload()))) {
        frame.payload().release();
      }
    } catch (FsException e) {
      frame.payload().release();
      p.answer.completeExceptionally(e);
    }
  }

  /** Fails what should have been answered by {@code now}. */
  void expire(long now) {
    for (Iterator<Pending> all = pending.values().iterator(); all.hasNext(); ) {
      Pending p = all.next();
      if (now - p.deadlineNanos >= 0) {
        all.remove();
        fail(
            p,
            new FsException(
                Errno.ETIMEDOUT,
                address + " did not answer a " + p.what + " within " + p.deadlineMs + " ms"));
      }
    }
  }

  /**
   * Fails all of them.
   *
   * @param failure null when the connection was lost
   */
  void failAll(@Nullable FsException failure) {
    for (Iterator<Pending> all = pending.values().iterator(); all.hasNext(); ) {
      Pending p = all.next();
      all.remove();
      fail(
          p,
          failure != null
              ? failure
              : new FsException(
                  Errno.EHOSTUNREACH,
                  "the connection to " + address + " was lost while it had to answer a " + p.what));
    }
  }

  private void fail(Pending p, FsException failure) {
    if (p.waiter != null) {
      p.answer.completeExceptionally(failure);
      LockSupport.unpark(p.waiter);
    } else {
      network.execute(() -> p.answer.completeExceptionally(failure));
    }
  }
}
