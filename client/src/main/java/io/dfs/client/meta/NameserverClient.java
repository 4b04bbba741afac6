package io.dfs.client.meta;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.chunk.Connector;
import io.dfs.client.session.OpenInodes;
import io.dfs.client.session.Slots;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Message;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Reply.SessionOpened;
import io.dfs.common.net.Connection;
import io.dfs.common.net.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of its conversation with the nameserver. Shared.
 *
 * <p>There is one connection, and a session on it. States:
 *
 * <pre>
 * CONNECTING -- connected --> OPENING -- session open or taken up again --> READY
 *     ^------------- connection lost, session ended, no answer -------------'
 * any -- close() --> CLOSED
 * </pre>
 *
 * <p>Calls made before READY wait; calls under way when a connection is lost are sent again on the
 * next one, until their deadline. A mutation keeps its {@link RequestId}, so it runs once. When the
 * session has ended meanwhile, a mutation that may have run fails with EIO; everything else goes on
 * in a new session.
 */
public final class NameserverClient implements AutoCloseable {
  private static final int CONNECT_BACKOFF_MIN_MS = 50;
  private static final int CONNECT_BACKOFF_MAX_MS = 2000;
  private static final int OPEN_TIMEOUT_MS = 10_000;

  /** Bounded in effect by the engines' limits; beyond it callers get EAGAIN. */
  private static final int MAX_WAITING = 100_000;

  /** A connection with a session on it. */
  private static final class Ready {
    final Connection connection;
    final SessionOpened session;

    Ready(Connection connection, SessionOpened session) {
      this.connection = connection;
      this.session = session;
    }
  }

  private static final class Pending<R extends Reply> {
    final Function<SessionId, ? extends Message> message;
    final Class<R> type;
    final long deadline;
    final CompletableFuture<R> result = new CompletableFuture<>();
    final @Nullable RequestId request;
    int sent;
    int stale;

    /** The session ended before the mutation ran: it may be made in the next one. */
    boolean renew;

    @Nullable FsException last;

    Pending(
        Function<SessionId, ? extends Message> message,
        Class<R> type,
        @Nullable RequestId request,
        long deadline) {
      this.message = message;
      this.type = type;
      this.request = request;
      this.deadline = deadline;
    }

    int leftMs() {
      return (int) Math.min(Integer.MAX_VALUE, (deadline - System.nanoTime()) / 1_000_000);
    }
  }

  private final Connector connector;
  private final List<HostPort> addresses;
  private final long deadlineNanos;
  private final String description;
  private final ScheduledExecutorService timer;
  private final Slots slots = new Slots();
  private final OpenInodes open;
  private volatile Runnable sessionLost = () -> {};

  private volatile @Nullable Ready ready;
  private volatile @Nullable SessionOpened session;
  private volatile boolean closed;

  @GuardedBy("this")
  private final ArrayDeque<Pending<?>> waiting = new ArrayDeque<>();

  /** Set while CONNECTING and OPENING, whose steps follow one another. */
  @GuardedBy("this")
  private boolean connecting;

  private volatile int backoffMs = CONNECT_BACKOFF_MIN_MS;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile String lastProblem = "";

  public NameserverClient(
      Connector connector,
      List<HostPort> addresses,
      long deadlineMs,
      String description,
      OpenInodes open,
      ScheduledExecutorService timer) {
    this.connector = connector;
    this.addresses = addresses;
    this.deadlineNanos = deadlineMs * 1_000_000;
    this.description = description;
    this.open = open;
    this.timer = timer;
    timer.scheduleWithFixedDelay(this::expireWaiting, 500, 500, TimeUnit.MILLISECONDS);
  }

  /** What to do when the session has ended and with it what it held; before a new one is opened. */
  public void onSessionLost(Runnable action) {
    sessionLost = action;
  }

  /** Connects; completes when the first session is open. */
  public CompletableFuture<SessionOpened> start() {
    CompletableFuture<Reply.Done> first = query(s -> new Query.KeepAlive(s), Reply.Done.class);
    connect();
    return first.thenApply(done -> session());
  }

  /** The session as the nameserver opened it; only after {@link #start} has completed. */
  public SessionOpened session() {
    SessionOpened s = session;
    if (s == null) {
      throw new IllegalStateException("not started");
    }
    return s;
  }

  public <R extends Reply> CompletableFuture<R> query(Query query, Class<R> type) {
    return query(s -> query, type);
  }

  /** A question that names the session. */
  public <R extends Reply> CompletableFuture<R> query(
      Function<SessionId, ? extends Query> query, Class<R> type) {
    Pending<R> p = new Pending<>(query, type, null, System.nanoTime() + deadlineNanos);
    attempt(p);
    return p.result;
  }

  public <R extends Reply> CompletableFuture<R> mutate(
      Function<RequestId, ? extends Mutation> mutation, Class<R> type) {
    CompletableFuture<R> result = new CompletableFuture<>();
    mutate(mutation, type, System.nanoTime() + deadlineNanos, result);
    return result;
  }

  private <R extends Reply> void mutate(
      Function<RequestId, ? extends Mutation> mutation,
      Class<R> type,
      long deadline,
      CompletableFuture<R> result) {
    slots.acquire(
        (request, failure) -> {
          if (request == null) {
            result.completeExceptionally(failure);
            return;
          }
          Mutation message = mutation.apply(request);
          Pending<R> p = new Pending<>(s -> message, type, request, deadline);
          p.result.whenComplete(
              (reply, problem) -> {
                slots.release(request);
                if (reply != null) {
                  result.complete(reply);
                } else if (p.renew) {
                  mutate(mutation, type, deadline, result);
                } else {
                  result.completeExceptionally(problem);
                }
              });
          attempt(p);
        });
  }

  private void attempt(Pending<?> p) {
    Ready r = ready;
    if (r != null) {
      send(p, r);
      return;
    }
    boolean full;
    synchronized (this) {
      r = ready;
      full = waiting.size() >= MAX_WAITING;
      if (r == null && !full && !closed) {
        waiting.add(p);
        return;
      }
    }
    if (closed) {
      p.result.completeExceptionally(new FsException(Errno.ENODEV, "this client is closed"));
    } else if (r != null) {
      send(p, r);
    } else {
      p.result.completeExceptionally(
          new FsException(Errno.EAGAIN, "too many requests wait for the nameserver"));
    }
  }

  private <R extends Reply> void send(Pending<R> p, Ready r) {
    int leftMs = p.leftMs();
    if (leftMs <= 0) {
      timedOut(p);
      return;
    }
    if (p.request != null && !slots.isCurrent(p.request)) {
      p.renew = p.sent == 0;
      p.result.completeExceptionally(
          new FsException(
              Errno.EIO, "the session ended while a change was under way; it may have been made"));
      return;
    }
    p.sent++;
    r.connection
        .call(p.message.apply(r.session.session()), null, leftMs)
        .whenComplete((response, failure) -> answered(p, r, response, failure));
  }

  private <R extends Reply> void answered(
      Pending<R> p, Ready r, @Nullable Response response, @Nullable Throwable failure) {
    if (response != null) {
      R reply;
      try {
        reply = response.as(p.type);
      } catch (ClassCastException e) {
        p.result.completeExceptionally(
            new FsException(Errno.EPROTO, "the nameserver answered with something else", e));
        return;
      }
      p.result.complete(reply);
      return;
    }
    FsException e = FsException.of(Objects.requireNonNull(failure));
    if (!r.connection.isOpen()) {
      p.last = e;
      disconnected(r);
      attempt(p);
    } else if (e.errno() == Errno.ESTALE && p.stale++ == 0) {
      // Only the nameserver's answer to a resumption tells whether the session has really ended.
      if (ready == r) {
        r.connection.close();
      }
      if (p.sent == 1) {
        p.sent = 0;
      }
      disconnected(r);
      attempt(p);
    } else if (e.errno() == Errno.ETIMEDOUT && p.leftMs() <= 0) {
      p.last = e;
      timedOut(p);
    } else {
      p.result.completeExceptionally(e);
    }
  }

  private void timedOut(Pending<?> p) {
    FsException last = p.last;
    String problem = last != null ? String.valueOf(last.getMessage()) : lastProblem;
    p.result.completeExceptionally(
        new FsException(
            Errno.ETIMEDOUT,
            "no answer from the nameserver ("
                + addresses
                + ") within "
                + deadlineNanos / 1_000_000_000
                + " s"
                + (problem.isEmpty() ? "" : ", last: " + problem)
                + "; is it running, and is the address right?"));
  }

  private void disconnected(Ready r) {
    synchronized (this) {
      if (ready != r) {
        return;
      }
      ready = null;
    }
    connect();
  }

  private void connect() {
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
        .connect(address.toString())
        .whenComplete(
            (connection, failure) -> {
              if (connection == null) {
                retry(FsException.of(failure));
              } else {
                SessionOpened before = session;
                openSession(connection, before == null ? SessionId.NONE : before.session());
              }
            });
  }

  private void openSession(Connection connection, SessionId resume) {
    connection
        .call(new Query.OpenSession(resume, description), null, OPEN_TIMEOUT_MS)
        .whenComplete(
            (response, failure) -> {
              if (response != null) {
                sessionOpened(connection, resume, response.as(SessionOpened.class));
                return;
              }
              FsException e = FsException.of(failure);
              if (e.errno() == Errno.ESTALE && !resume.equals(SessionId.NONE)) {
                sessionLost.run();
                openSession(connection, SessionId.NONE);
              } else {
                connection.close();
                retry(e);
              }
            });
  }

  private void sessionOpened(Connection connection, SessionId resumed, SessionOpened opened) {
    boolean isNew = !opened.session().equals(resumed);
    if (isNew) {
      slots.begin(opened.session(), opened.slots());
    }
    session = opened;
    Ready r = new Ready(connection, opened);
    List<io.dfs.common.id.InodeId> inodes = open.all();
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
                becomeReady(r);
              } else {
                connection.close();
                retry(FsException.of(failure));
              }
            });
  }

  private void becomeReady(Ready r) {
    List<Pending<?>> resend;
    synchronized (this) {
      connecting = false;
      if (closed) {
        r.connection.close();
        return;
      }
      ready = r;
      resend = new ArrayList<>(waiting);
      waiting.clear();
    }
    backoffMs = CONNECT_BACKOFF_MIN_MS;
    lastProblem = "";
    r.connection.closed().thenRun(() -> disconnected(r));
    resend.forEach(p -> send(p, r));
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
                      disconnected(r);
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
      // The client is being closed; close() fails what still waits.
    }
  }

  private void expireWaiting() {
    List<Pending<?>> expired = new ArrayList<>();
    synchronized (this) {
      waiting.removeIf(p -> p.leftMs() <= 0 && expired.add(p));
    }
    expired.forEach(this::timedOut);
  }

  /** Ends the session if it can within {@code timeoutMs}, then {@link #close}s. */
  public CompletableFuture<Void> closeSession(int timeoutMs) {
    Ready r = ready;
    if (r == null) {
      close();
      return CompletableFuture.completedFuture(null);
    }
    return r.connection
        .call(new Query.CloseSession(r.session.session()), null, timeoutMs)
        .handle(
            (response, failure) -> {
              if (response != null) {
                response.payload().release();
              }
              close();
              return null;
            });
  }

  @Override
  public void close() {
    List<Pending<?>> left;
    Ready r;
    synchronized (this) {
      closed = true;
      r = ready;
      ready = null;
      left = new ArrayList<>(waiting);
      waiting.clear();
    }
    if (r != null) {
      r.connection.close();
    }
    FsException e = new FsException(Errno.ENODEV, "this client is closed");
    left.forEach(p -> p.result.completeExceptionally(e));
    slots.fail(e);
  }
}
