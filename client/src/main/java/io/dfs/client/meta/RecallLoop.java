package io.dfs.client.meta;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.chunk.Connector;
import io.dfs.client.session.OpenInodes;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.DirtyFile;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Reply.SessionOpened;
import io.dfs.common.message.Stale;
import io.dfs.common.message.WriteRecall;
import io.dfs.common.net.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the nameserver all the time for what has to be forgotten, on a connection of its own, and so
 * keeps the lease of the cache. Shared. States:
 *
 * <pre>
 * IDLE -- a session is open --> CONNECTING -- connected, all dropped --> ASKING
 * ASKING -- answer --> FORGETTING (cache, opens, kernel) --> ASKING
 * CONNECTING, ASKING, FORGETTING -- failure --> pause --> CONNECTING
 * ASKING, FORGETTING -- hold() --> HELD -- goOn() --> ASKING
 * IDLE -- takeOver() --> HELD
 * any -- close() --> CLOSED
 * </pre>
 *
 * <p>The lease counts from when a question was sent that was answered; a tenth is taken off for
 * clocks that run differently. So this client has stopped trusting its cache before the nameserver
 * lets others go on without it.
 *
 * <p>One process hands the lease on to another of the same session by what it has {@code seen}: the
 * nameserver holds back what comes in between, and the kernel keeps what it was told.
 */
final class RecallLoop {
  private static final Logger log = LoggerFactory.getLogger(RecallLoop.class);
  private static final int BACKOFF_MIN_MS = 20;
  private static final int BACKOFF_MAX_MS = 1000;

  /** Seen: nothing, as no lease was asked for. */
  static final long NOTHING = -1;

  /** A question, and when what its answer says is done. Compared by identity. */
  private static final class Asked {
    final Connection on;
    final SessionId session;
    final CompletableFuture<Long> seen = new CompletableFuture<>();

    Asked(Connection on, SessionId session) {
      this.on = on;
      this.session = session;
    }
  }

  private final Connector connector;
  private final NameserverClient nameserver;
  private final MetaCache cache;
  private final OpenInodes opens;
  private final OpenReports reports;
  private final ScheduledExecutorService timer;
  private volatile @Nullable KernelCopies kernel;
  private volatile @Nullable WriteLeases writes;
  private volatile boolean closed;

  /** Set from CONNECTING on; its steps follow one another. */
  @GuardedBy("this")
  private boolean running;

  private volatile @Nullable Connection connection;
  private volatile int backoffMs = BACKOFF_MIN_MS;

  @GuardedBy("this")
  private boolean held;

  /** Null while CONNECTING. */
  @GuardedBy("this")
  private @Nullable Asked asked;

  /** What goes on after {@link #hold}. */
  @GuardedBy("this")
  private long seenAtHold = NOTHING;

  RecallLoop(
      Connector connector,
      NameserverClient nameserver,
      MetaCache cache,
      OpenInodes opens,
      ScheduledExecutorService timer) {
    this.connector = connector;
    this.nameserver = nameserver;
    this.cache = cache;
    this.opens = opens;
    this.reports = new OpenReports(nameserver, opens);
    this.timer = timer;
  }

  /** What to tell of things that are forgotten. */
  void tell(KernelCopies copies) {
    kernel = copies;
  }

  /** Who gives write leases back. */
  void tell(WriteLeases leases) {
    writes = leases;
  }

  /** From IDLE to CONNECTING. */
  void start() {
    boolean waits;
    synchronized (this) {
      if (running || closed) {
        return;
      }
      running = true;
      waits = held;
    }
    SessionOpened session = nameserver.session();
    cache.expectLeases(TimeUnit.MILLISECONDS.toNanos(session.cacheMs()));
    if (!waits) {
      connect();
    }
  }

  /** From IDLE to HELD, as another process has left it. */
  void takeOver(long seen, long trustedUntilNanos) {
    synchronized (this) {
      held = true;
      seenAtHold = seen;
    }
    cache.takeOver(trustedUntilNanos);
  }

  /**
   * To HELD. The question that is under way is answered at once when another one comes, and that
   * one too, as it does not want to wait.
   *
   * @return completes with the last recall that was seen to; fails with EAGAIN while there is no
   *     connection
   */
  CompletableFuture<Long> hold() {
    Asked last;
    synchronized (this) {
      if (!running) {
        return CompletableFuture.completedFuture(NOTHING);
      }
      last = asked;
      if (last == null) {
        return CompletableFuture.failedFuture(
            new FsException(
                Errno.EAGAIN, "the nameserver is not to be reached just now; try again"));
      }
      held = true;
      seenAtHold = NOTHING;
    }
    Asked urging = new Asked(last.on, last.session);
    CompletableFuture<Long> urged = urging.seen;
    urged.whenComplete(
        (seen, failure) -> {
          if (failure != null) {
            // An answer that was lost may have told something.
            last.on.close();
          }
        });
    ask(urging, 0, false, 0);
    return last.seen
        .thenCombine(urged, Math::max)
        .thenApply(
            seen -> {
              synchronized (this) {
                seenAtHold = seen;
              }
              return seen;
            });
  }

  /** From HELD to ASKING, or to CONNECTING when the connection or the lease is lost. */
  void goOn() {
    Asked last;
    long seen;
    synchronized (this) {
      if (!held) {
        return;
      }
      held = false;
      if (!running) {
        return;
      }
      last = asked;
      seen = seenAtHold;
    }
    if (last != null && last.on.isOpen()) {
      last.seen.whenComplete(
          (before, failure) ->
              askAgain(last, before == null ? null : Math.max(before, seen), failure));
      return;
    }
    HostPort address = nameserver.address();
    if (seen == NOTHING || address == null || !cache.isTrusted()) {
      connect();
      return;
    }
    SessionId session = nameserver.session().session();
    connector
        .connect(address.toString())
        .whenComplete(
            (made, failure) -> {
              if (made == null) {
                pause(failure);
              } else {
                connection = made;
                ask(made, session, seen, false);
              }
            });
  }

  private void connect() {
    HostPort address = nameserver.address();
    if (closed) {
      return;
    }
    synchronized (this) {
      seenAtHold = NOTHING;
    }
    if (address == null) {
      pause(null);
      return;
    }
    connector
        .connect(address.toString())
        .whenComplete(
            (made, failure) -> {
              if (made == null) {
                pause(failure);
                return;
              }
              connection = made;
              if (closed) {
                made.close();
                return;
              }
              SessionId session = nameserver.session().session();
              // What is answered until the nameserver has heard of this is on nobody's account.
              cache.trust(System.nanoTime());
              forgetAll().thenRun(() -> ask(made, session, 0, true));
            });
  }

  private void ask(Connection on, SessionId session, long seen, boolean fresh) {
    Asked next = new Asked(on, session);
    synchronized (this) {
      asked = next;
    }
    begin(next, seen, fresh);
  }

  private void begin(Asked next, long seen, boolean fresh) {
    next.seen.whenComplete((upTo, failure) -> askAgain(next, upTo, failure));
    ask(next, seen, fresh, nameserver.session().cacheMs() / 3);
  }

  private void askAgain(Asked last, @Nullable Long seen, @Nullable Throwable failure) {
    Asked next = seen == null ? null : new Asked(last.on, last.session);
    synchronized (this) {
      if (asked != last || (seen != null && held)) {
        return;
      }
      asked = next;
    }
    if (seen != null && next != null) {
      begin(next, seen, false);
    } else {
      last.on.close();
      pause(failure);
    }
  }

  /** Completes {@code question.seen} when all that the answer says is done. */
  private void ask(Asked question, long seen, boolean fresh, int waitMs) {
    if (closed) {
      return;
    }
    int leaseMs = nameserver.session().cacheMs();
    long since = System.nanoTime();
    WriteLeases leases = writes;
    // No lease counts by now, so nothing more becomes dirty.
    List<DirtyFile> dirty = fresh && leases != null ? leases.dirty() : null;
    question
        .on
        .call(
            new Query.AwaitRecalls(question.session, seen, fresh, waitMs, dirty),
            null,
            waitMs + leaseMs / 2)
        .whenComplete(
            (response, failure) -> {
              if (response == null) {
                question.seen.completeExceptionally(FsException.of(failure));
                return;
              }
              Reply.Recalls recalls = response.as(Reply.Recalls.class);
              backoffMs = BACKOFF_MIN_MS;
              answered(recalls, fresh, since + leaseMs * 900_000L)
                  .whenComplete(
                      (done, problem) -> {
                        if (problem == null) {
                          question.seen.complete(recalls.upTo());
                        } else {
                          question.seen.completeExceptionally(problem);
                        }
                      });
            });
  }

  private CompletableFuture<Void> answered(Reply.Recalls recalls, boolean fresh, long until) {
    CompletableFuture<Void> forgotten;
    WriteLeases leases = writes;
    List<WriteRecall> writeRecalls = recalls.writes();
    if (leases != null && writeRecalls != null && !writeRecalls.isEmpty()) {
      leases.askedBack(writeRecalls);
    }
    if (recalls.all() || (!fresh && !cache.isTrusted())) {
      forgotten = forgetAll();
    } else if (fresh) {
      // What was learned while nobody kept account of it.
      cache.distrust();
      forgotten = CompletableFuture.completedFuture(null);
    } else {
      forgotten = forget(recalls.stale());
    }
    cache.trust(until);
    return forgotten;
  }

  private CompletableFuture<Void> forget(List<Stale> stale) {
    KernelCopies copies = kernel;
    WriteLeases leases = writes;
    List<InodeId> quiet = new ArrayList<>(0);
    for (Stale each : stale) {
      boolean data = cache.recall(each);
      if (copies != null) {
        copies.forget(each, data);
      }
      if (each.name() == null && opens.isQuiet(each.inode())) {
        quiet.add(each.inode());
      }
    }
    CompletableFuture<Void> settled =
        copies == null || stale.isEmpty()
            ? CompletableFuture.completedFuture(null)
            : copies.settled(
                () ->
                    leases != null
                        && stale.stream().anyMatch(each -> leases.isAsking(each.inode())));
    if (quiet.isEmpty()) {
      return settled;
    }
    return reports.tell(quiet).thenCompose(done -> settled);
  }

  /**
   * Completes when neither this client nor its kernel holds anything that was learned until now.
   */
  private CompletableFuture<Void> forgetAll() {
    cache.distrust();
    KernelCopies copies = kernel;
    return copies == null
        ? CompletableFuture.completedFuture(null)
        : copies.forgetAll(cache, nameserver.session().cacheMs());
  }

  private void pause(@Nullable Throwable problem) {
    int delayMs = backoffMs;
    backoffMs = Math.min(BACKOFF_MAX_MS, delayMs * 2);
    if (problem != null && FsException.of(problem).errno() == Errno.ESTALE) {
      cache.distrust();
    }
    log.debug("no recalls from the nameserver for now", problem);
    try {
      timer.schedule(this::connect, delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // The client is being closed.
    }
  }

  void close() {
    closed = true;
    Connection open = connection;
    if (open != null) {
      open.close();
    }
  }
}
