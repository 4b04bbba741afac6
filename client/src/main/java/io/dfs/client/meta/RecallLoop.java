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
 * any -- close() --> CLOSED
 * </pre>
 *
 * <p>The lease counts from when a question was sent that was answered; a tenth is taken off for
 * clocks that run differently. So this client has stopped trusting its cache before the nameserver
 * lets others go on without it.
 */
final class RecallLoop {
  private static final Logger log = LoggerFactory.getLogger(RecallLoop.class);
  private static final int BACKOFF_MIN_MS = 20;
  private static final int BACKOFF_MAX_MS = 1000;

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
    synchronized (this) {
      if (running || closed) {
        return;
      }
      running = true;
    }
    SessionOpened session = nameserver.session();
    cache.expectLeases(TimeUnit.MILLISECONDS.toNanos(session.cacheMs()));
    connect();
  }

  private void connect() {
    HostPort address = nameserver.address();
    if (closed) {
      return;
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
    if (closed) {
      return;
    }
    int leaseMs = nameserver.session().cacheMs();
    int waitMs = leaseMs / 3;
    long asked = System.nanoTime();
    WriteLeases leases = writes;
    // No lease counts by now, so nothing more becomes dirty.
    List<DirtyFile> dirty = fresh && leases != null ? leases.dirty() : null;
    on.call(new Query.AwaitRecalls(session, seen, fresh, waitMs, dirty), null, waitMs + leaseMs / 2)
        .whenComplete(
            (response, failure) -> {
              if (response == null) {
                on.close();
                pause(failure);
                return;
              }
              Reply.Recalls recalls = response.as(Reply.Recalls.class);
              backoffMs = BACKOFF_MIN_MS;
              answered(recalls, fresh, asked + leaseMs * 900_000L)
                  .whenComplete(
                      (done, problem) -> {
                        if (problem == null) {
                          ask(on, session, recalls.upTo(), false);
                        } else {
                          on.close();
                          pause(problem);
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
