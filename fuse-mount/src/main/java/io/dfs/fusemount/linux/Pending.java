package io.dfs.fusemount.linux;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests whose operations go on after they were started: what a signal or the deadline can
 * end. Shared. As many as the kernel has under way.
 *
 * <p>A signal ends a wait for a lock at once. It ends another operation only after {@link
 * #PATIENCE_NS}: programs do not expect EINTR from files, so it must not be had by a mere timer;
 * but one who presses Ctrl-C shall not wait for a dead server's deadline either. An operation that
 * is given up goes on; what it gives in the end is undone by its own dependents.
 */
final class Pending {
  private static final Logger LOG = LoggerFactory.getLogger(Pending.class);
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_MS = 250;

  /**
   * Signals to requests that are not here: answered already, or not registered yet. More than there
   * are threads that could be in between.
   */
  private static final int MAX_EARLY = 512;

  private static final class Entry {
    final Exchange exchange;
    final CompletableFuture<?> operation;
    final boolean lock;
    final long sinceNs = System.nanoTime();
    volatile long interruptedNs;
    volatile boolean interrupted;

    Entry(Exchange exchange, CompletableFuture<?> operation, boolean lock) {
      this.exchange = exchange;
      this.operation = operation;
      this.lock = lock;
    }
  }

  private final Map<Long, Entry> entries = new ConcurrentHashMap<>();
  private final long deadlineNs;

  @GuardedBy("early")
  private final Set<Long> early = new LinkedHashSet<>();

  private volatile boolean anyEarly;
  private volatile boolean ended;

  Pending(Duration deadline) {
    deadlineNs = deadline.toNanos();
    Thread watch = new Thread(this::watch, "fuse-watch");
    watch.setDaemon(true);
    watch.start();
  }

  /**
   * @param lock may take forever, and cancelling {@code operation} ends it
   */
  void add(Exchange exchange, CompletableFuture<?> operation, boolean lock) {
    Entry entry = new Entry(exchange, operation, lock);
    entries.put(exchange.unique(), entry);
    if (anyEarly && takeEarly(exchange.unique())) {
      interrupt(entry);
    }
  }

  void remove(Exchange exchange) {
    entries.remove(exchange.unique());
  }

  /** The program that waits for this request got a signal. */
  void interrupt(long unique) {
    Entry entry = entries.get(unique);
    if (entry == null) {
      synchronized (early) {
        early.add(unique);
        if (early.size() > MAX_EARLY) {
          early.remove(early.iterator().next());
        }
        anyEarly = true;
      }
      // It may have been registered in between.
      entry = entries.get(unique);
      if (entry == null || !takeEarly(unique)) {
        return;
      }
    }
    interrupt(entry);
  }

  private boolean takeEarly(long unique) {
    synchronized (early) {
      boolean was = early.remove(unique);
      anyEarly = !early.isEmpty();
      return was;
    }
  }

  private static void interrupt(Entry entry) {
    if (entry.lock) {
      entry.operation.cancel(true);
    } else if (!entry.interrupted) {
      entry.interruptedNs = System.nanoTime();
      entry.interrupted = true;
    }
  }

  private void watch() {
    while (!ended) {
      try {
        Thread.sleep(LOOK_MS);
      } catch (InterruptedException e) {
        return;
      }
      long now = System.nanoTime();
      for (Entry entry : entries.values()) {
        if (entry.lock) {
          continue;
        }
        if (entry.interrupted && now - entry.interruptedNs > PATIENCE_NS) {
          giveUp(entry, Errno.EINTR);
        } else if (now - entry.sinceNs > deadlineNs) {
          giveUp(entry, Errno.EIO);
        }
      }
    }
  }

  private void giveUp(Entry entry, Errno errno) {
    if (entries.remove(entry.exchange.unique(), entry) && entry.exchange.claim()) {
      if (errno == Errno.EIO) {
        LOG.warn(
            "a program gets an input/output error: no answer from the cluster within {} ms"
                + " (request {}); see whether its servers run",
            TimeUnit.NANOSECONDS.toMillis(deadlineNs),
            entry.exchange.opcode());
      }
      entry.exchange.channel().answer(entry.exchange.unique(), errno.code());
    }
  }

  void end() {
    ended = true;
    entries.values().stream().filter(entry -> entry.lock).forEach(e -> e.operation.cancel(true));
  }
}
