package io.dfs.client.meta;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.chunk.Connector;
import io.dfs.client.session.OpenInodes;
import io.dfs.client.session.Slots;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply.SessionOpened;
import io.dfs.common.net.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the active nameserver with a session on it, made again whenever it is lost.
 * Shared. States:
 *
 * <pre>
 * CONNECTING -- connected --> OPENING -- session open or taken up again --> READY
 *     ^------------- connection lost, session ended, no answer -------------'
 * any -- close() --> CLOSED
 * </pre>
 */
final class NameserverLink {
  private static final int CONNECT_BACKOFF_MIN_MS = 50;
  private static final int CONNECT_BACKOFF_MAX_MS = 2000;
  private static final int OPEN_TIMEOUT_MS = 10_000;

  /** A connection with a session on it. Compared by identity. */
  static final class Ready {
    final HostPort address;
    final Connection connection;
    final SessionOpened session;

    Ready(HostPort address, Connection connection, SessionOpened session) {
      this.address = address;
      this.connection = connection;
      this.session = session;
    }
  }

  private final Connector connector;
  private final List<HostPort> addresses;
  private final String description;
  private final boolean caches;
  private final ScheduledExecutorService timer;
  private final Slots slots;
  private final OpenInodes open;
  private final Consumer<Ready> onReady;
  private volatile Consumer<String> sessionLost = why -> {};

  /** What to take up when nothing has been opened here yet. */
  private volatile SessionId takenOver = SessionId.NONE;

  private volatile @Nullable Ready ready;
  private volatile @Nullable SessionOpened session;
  private volatile boolean closed;

  /** Set while CONNECTING and OPENING, whose steps follow one another. */
  @GuardedBy("this")
  private boolean connecting;

  private volatile int backoffMs = CONNECT_BACKOFF_MIN_MS;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile String lastProblem = "";

  /**
   * @param caches whether to ask for leases
   * @param slots begin anew with each session
   * @param onReady is called each time the link has become READY, on a network thread
   */
  NameserverLink(
      Connector connector,
      List<HostPort> addresses,
      String description,
      boolean caches,
      Slots slots,
      OpenInodes open,
      ScheduledExecutorService timer,
      Consumer<Ready> onReady) {
    this.connector = connector;
    this.addresses = addresses;
    this.description = description;
    this.caches = caches;
    this.slots = slots;
    this.open = open;
    this.timer = timer;
    this.onReady = onReady;
  }

  /** The session of another process goes on here; before {@link #connect}. */
  void takeOver(SessionId taken, long[] sequences) {
    slots.takeOver(taken, sequences);
    takenOver = taken;
  }

  void onSessionLost(Consumer<String> action) {
    sessionLost = action;
  }

  /** What to send on, or null unless READY. */
  @Nullable Ready ready() {
    return ready;
  }

  boolean isClosed() {
    return closed;
  }

  /** Why there was no connection lately, or empty. */
  String lastProblem() {
    return lastProblem;
  }

  /** The session as the nameserver opened it; only after the link was READY once. */
  SessionOpened session() {
    SessionOpened s = session;
    if (s == null) {
      throw new IllegalStateException("not started");
    }
    return s;
  }

  /** {@code r} is of no use any more: from READY to CONNECTING, if it was the current one. */
  void lost(Ready r) {
    synchronized (this) {
      if (ready != r) {
        return;
      }
      ready = null;
    }
    connect();
  }

  void connect() {
    synchronized (this) {
      if (connecting || closed) {
        return;
      }
      connecting = true;
    }
    connectNext();
  }

  private void connectNext() {
    if (closed) {
      return;
    }
    HostPort address = addresses.get((turn.getAndIncrement() & 0x7fffffff) % addresses.size());
    connector
        .connectDirectly(address.toString())
        .whenComplete(
            (connection, failure) -> {
              if (connection == null) {
                retry(FsException.of(failure));
              } else {
                SessionOpened before = session;
                openSession(address, connection, before == null ? takenOver : before.session());
              }
            });
  }

  private void openSession(HostPort address, Connection connection, SessionId resume) {
    connection
        .call(new Query.OpenSession(resume, description, caches), null, OPEN_TIMEOUT_MS)
        .whenComplete(
            (response, failure) -> {
              if (response != null) {
                sessionOpened(address, connection, resume, response.as(SessionOpened.class));
                return;
              }
              FsException e = FsException.of(failure);
              if (e.errno() == Errno.ESTALE && !resume.equals(SessionId.NONE)) {
                sessionLost.accept(String.valueOf(e.getMessage()));
                openSession(address, connection, SessionId.NONE);
              } else {
                connection.close();
                retry(e);
              }
            });
  }

  private void sessionOpened(
      HostPort address, Connection connection, SessionId resumed, SessionOpened opened) {
    boolean isNew = !opened.session().equals(resumed);
    if (isNew) {
      slots.begin(opened.session(), opened.slots());
    }
    session = opened;
    Ready r = new Ready(address, connection, opened);
    List<InodeId> inodes = open.all();
    if (inodes.isEmpty()) {
      becomeReady(r);
      return;
    }
    connection
        .call(new Query.AssertOpen(opened.session(), inodes), null, OPEN_TIMEOUT_MS)
        .whenComplete(
            (response, failure) -> {
              if (response != null) {
                response.payload().release();
                inodes.forEach(open::told);
                becomeReady(r);
              } else {
                connection.close();
                retry(FsException.of(failure));
              }
            });
  }

  private void becomeReady(Ready r) {
    synchronized (this) {
      connecting = false;
      if (closed) {
        r.connection.close();
        return;
      }
      ready = r;
    }
    backoffMs = CONNECT_BACKOFF_MIN_MS;
    lastProblem = "";
    r.connection.closed().thenRun(() -> lost(r));
    onReady.accept(r);
    keepAlive(r);
  }

  private void keepAlive(Ready r) {
    int thirdMs = Math.max(10, r.session.leaseMs() / 3);
    schedule(
        () -> {
          if (ready != r) {
            return;
          }
          r.connection
              .call(new Query.KeepAlive(r.session.session()), null, thirdMs)
              .whenComplete(
                  (response, failure) -> {
                    if (response != null) {
                      response.payload().release();
                      keepAlive(r);
                    } else {
                      // No answer, or the session has ended: a new connection finds out.
                      r.connection.close();
                      lost(r);
                    }
                  });
        },
        thirdMs);
  }

  private void retry(FsException problem) {
    lastProblem = String.valueOf(problem.getMessage());
    int delay = backoffMs;
    backoffMs = Math.min(CONNECT_BACKOFF_MAX_MS, delay * 2);
    schedule(this::connectNext, delay);
  }

  private void schedule(Runnable task, int delayMs) {
    try {
      timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      // The client is being closed; it fails what still waits.
    }
  }

  /** Ends the session if that can be done within {@code timeoutMs}; never fails. */
  CompletableFuture<Void> endSession(int timeoutMs) {
    Ready r = ready;
    if (r == null) {
      return CompletableFuture.completedFuture(null);
    }
    return r.connection
        .call(new Query.CloseSession(r.session.session()), null, timeoutMs)
        .handle(
            (response, failure) -> {
              if (response != null) {
                response.payload().release();
              }
              return null;
            });
  }

  void close() {
    Ready r;
    synchronized (this) {
      closed = true;
      r = ready;
      ready = null;
    }
    if (r != null) {
      r.connection.close();
    }
  }
}
