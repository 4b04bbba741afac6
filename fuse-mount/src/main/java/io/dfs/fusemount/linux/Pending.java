package io.dfs.fusemount.linux;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
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

  /** How an operation may end. */
  enum Kind {
    PLAIN,
    /** By being cancelled. */
    LOCK,
    /** By being cancelled, or by others after any time. */
    WAITING_LOCK
  }

  private static final class Entry {
    final Exchange exchange;
    final CompletableFuture<?> operation;
    final Kind kind;
    final long sinceNs = System.nanoTime();
    volatile long interruptedNs;
    volatile boolean interrupted;

    /** Its program waits no more, and it goes on. */
    volatile boolean givenUp;

    Entry(Exchange exchange, CompletableFuture<?> operation, Kind kind) {
      this.exchange = exchange;
      this.operation = operation;
      this.kind = kind;
    }

    boolean isLock() {
      return kind != Kind.PLAIN;
    }
  }

  private final Map<Long, Entry> entries = new ConcurrentHashMap<>();
  private final long deadlineNs;

  @GuardedBy("early")
  private final Set<Long> early = new LinkedHashSet<>();

  /** What goes on after an answer and is to be done before another process takes over. */
  private final AtomicInteger afterwards = new AtomicInteger();

  private volatile boolean anyEarly;
  private volatile boolean ended;

  Pending(Duration deadline) {
    deadlineNs = deadline.toNanos();
    Thread watch = new Thread(this::watch, "fuse-watch");
    watch.setDaemon(true);
    watch.start();
  }

  /** To be followed by {@link #remove} when the operation is done and answered. */
  void add(Exchange exchange, CompletableFuture<?> operation, Kind kind) {
    Entry entry = new Entry(exchange, operation, kind);
    entries.put(exchange.unique(), entry);
    if (anyEarly && takeEarly(exchange.unique())) {
      interrupt(entry);
    }
  }

  void remove(Exchange exchange) {
    entries.remove(exchange.unique());
  }

  /** Something that goes on though nobody waits for it. */
  void afterwards(CompletableFuture<?> operation) {
    afterwards.incrementAndGet();
    operation.whenComplete((done, failure) -> afterwards.decrementAndGet());
  }

  /** Whether nothing is under way but waiting for locks that others hold. */
  boolean isQuiet() {
    return afterwards.get() == 0
        && entries.values().stream().allMatch(entry -> entry.kind == Kind.WAITING_LOCK);
  }

  /** A request whose answer is withheld. */
  record Withheld(Exchange exchange, CompletableFuture<?> operation) {}

  /**
   * Answers what waits for locks no more, until {@link #answerAgain}: another process may.
   *
   * @return those that wait
   */
  List<Withheld> withhold() {
    List<Withheld> withheld = new ArrayList<>();
    for (Entry entry : entries.values()) {
      if (entry.exchange.claim()) {
        withheld.add(new Withheld(entry.exchange, entry.operation));
      }
    }
    return withheld;
  }

  /**
   * Undoes {@link #withhold}.
   *
   * @param answer is called for what is done by now
   */
  static void answerAgain(List<Withheld> withheld, Consumer<Withheld> answer) {
    for (Withheld each : withheld) {
      each.exchange.unclaim();
      // Else whoever completes it answers.
      if (each.operation.isDone()) {
        answer.accept(each);
      }
    }
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
    if (entry.isLock()) {
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
        if (entry.isLock()) {
          continue;
        }
        if (!entry.givenUp && entry.interrupted && now - entry.interruptedNs > PATIENCE_NS) {
          giveUp(entry, Errno.EINTR);
        } else if (!entry.givenUp && now - entry.sinceNs > deadlineNs) {
          giveUp(entry, Errno.EIO);
        }
      }
    }
  }

  private void giveUp(Entry entry, Errno errno) {
    entry.givenUp = true;
    if (entry.exchange.claim()) {
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
    entries.values().stream()
        .filter(entry -> entry.isLock())
        .forEach(e -> e.operation.cancel(true));
  }
}
