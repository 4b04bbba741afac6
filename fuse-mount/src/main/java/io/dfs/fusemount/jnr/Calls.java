package io.dfs.fusemount.jnr;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.Faults;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How a callback runs and waits: within the deadline, interruptible, and with an errno for every
 * way to fail, so that no exception reaches native code. Shared.
 */
final class Calls {
  /** How soon a signal to the waiting program is noticed. */
  private static final long SLICE_MS = 100;

  /**
   * How long an operation other than a lock goes on after a signal. Programs do not expect EINTR
   * from files, so it must not be had by a mere timer; but one who presses Ctrl-C shall not wait
   * for a dead server's deadline either.
   */
  private static final long PATIENCE_MS = 5_000;

  private final LibFuse fuse;
  private final long deadlineMs;
  private final Faults faults = new Faults();

  /** The body of a callback: the value to return, not negative. */
  interface Operation {
    int run();
  }

  Calls(LibFuse fuse, Duration deadline) {
    this.fuse = fuse;
    this.deadlineMs = deadline.toMillis();
  }

  /** What {@code operation} returns, or a negative errno. */
  @SuppressWarnings("CatchAndPrintStackTrace")
  int run(Operation operation) {
    try {
      return operation.run();
    } catch (Throwable t) {
      return -faults.errno(t);
    }
  }

  <T> T await(CompletableFuture<T> future) {
    return await(future, deadlineMs, PATIENCE_MS, false);
  }

  /** Of a write: if it is given up, the request's memory is left to it. */
  <T> T awaitWithMemory(CompletableFuture<T> future, Request request) {
    try {
      return await(future);
    } finally {
      if (!future.isDone()) {
        request.abandonMemory();
      }
    }
  }

  /** Of a lock, which may take forever; a signal ends it at once, and cancels it. */
  <T> T awaitLock(CompletableFuture<T> future) {
    return await(future, Long.MAX_VALUE, 0, true);
  }

  private <T> T await(CompletableFuture<T> future, long limitMs, long patienceMs, boolean cancel) {
    long waitedMs = 0;
    long interruptedMs = 0;
    while (true) {
      try {
        return future.get(SLICE_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        waitedMs += SLICE_MS;
        if (isInterrupted()) {
          interruptedMs += SLICE_MS;
          if (interruptedMs > patienceMs) {
            if (cancel && !future.cancel(true)) {
              // Done meanwhile: the lock is held, and must not be lost.
              continue;
            }
            throw new FsException(Errno.EINTR, "interrupted by a signal");
          }
        }
        if (waitedMs >= limitMs) {
          throw new FsException(
              Errno.ETIMEDOUT,
              "no answer from the cluster within " + limitMs + " ms; see whether its servers run");
        }
      } catch (ExecutionException e) {
        throw failure(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FsException(Errno.EINTR, "the mount is ending");
      }
    }
  }

  /** Only a thread that is at a request may ask libfuse. */
  private boolean isInterrupted() {
    return Thread.currentThread() instanceof Worker && fuse.fuse_interrupted() != 0;
  }

  private static RuntimeException failure(ExecutionException e) {
    Throwable cause = e.getCause();
    while (cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof RuntimeException r) {
      return r;
    }
    return new IllegalStateException(cause);
  }
}
