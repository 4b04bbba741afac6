package io.dfs.fusemount.engine;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The errno that programs get for each way to fail, and what the log says about it. Shared.
 *
 * <p>What programs expect (ENOENT and the like) is not logged; errors of the network and of broken
 * data mean nothing to programs, which get EIO, and the log says why, once a second at most; a
 * fault in dfs is logged once for each place.
 */
public final class Faults {
  private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
  private static final int MAX_KINDS = 64;
  private static final long WARNING_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

  private final Set<String> logged = ConcurrentHashMap.newKeySet();
  private final AtomicLong lastWarning = new AtomicLong(System.nanoTime() - WARNING_INTERVAL_NS);

  /** A positive errno. */
  public int errno(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof FsException e) {
      return errno(e);
    }
    if (cause instanceof CancellationException) {
      return Errno.EINTR.code();
    }
    logOnce(cause);
    return Errno.EIO.code();
  }

  private int errno(FsException e) {
    switch (e.errno()) {
      case ETIMEDOUT, ECONNREFUSED, EHOSTUNREACH, EPROTO, EBADMSG, EIO -> {
        warn(e);
        return Errno.EIO.code();
      }
      default -> {
        return e.errno().code();
      }
    }
  }

  private void warn(FsException e) {
    long now = System.nanoTime();
    long last = lastWarning.get();
    if (now - last >= WARNING_INTERVAL_NS && lastWarning.compareAndSet(last, now)) {
      LOG.warn("a program gets an input/output error: {}", e.getMessage());
    } else {
      LOG.debug("a program gets an input/output error: {}", e.getMessage());
    }
  }

  private void logOnce(Throwable t) {
    StackTraceElement[] stack = t.getStackTrace();
    String kind = t.getClass().getName() + (stack.length > 0 ? stack[0] : "");
    if (logged.size() < MAX_KINDS && logged.add(kind)) {
      LOG.error("a program gets an input/output error from a fault in dfs (logged once)", t);
    }
  }
}
