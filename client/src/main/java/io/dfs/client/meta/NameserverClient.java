package io.dfs.client.meta;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.chunk.Connector;
import io.dfs.client.meta.NameserverLink.Ready;
import io.dfs.client.session.OpenInodes;
import io.dfs.client.session.Slots;
import io.dfs.common.config.HostPort;
import io.dfs.common.config.Quantity;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Reply.SessionOpened;
import io.dfs.common.net.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of its conversation with the nameserver. Shared.
 *
 * <p>{@link NameserverLink} keeps a session open on a connection; here are the calls on it.
 *
 * <p>Calls made while there is no session wait; calls under way when a connection is lost are sent
 * again on the next one, until their deadline. A mutation keeps its {@link RequestId}, so it runs
 * once. When the session has ended meanwhile, a mutation that may have run fails with EIO;
 * everything else goes on in a new session.
 */
public final class NameserverClient implements AutoCloseable {
  /** Bounded in effect by the engines' limits; beyond it callers get EAGAIN. */
  private static final int MAX_WAITING = 100_000;

  private final List<HostPort> addresses;
  private final long deadlineNanos;
  private final Slots slots = new Slots();
  private final NameserverLink link;
  private final MetaCache cache;
  private final @Nullable RecallLoop recalls;

  @GuardedBy("this")
  private final ArrayDeque<PendingCall<?>> waiting = new ArrayDeque<>();

  public NameserverClient(
      Connector connector,
      List<HostPort> addresses,
      long deadlineMs,
      String description,
      MetaCache cache,
      boolean caches,
      OpenInodes open,
      ScheduledExecutorService timer) {
    this.addresses = addresses;
    this.cache = cache;
    this.deadlineNanos = deadlineMs * 1_000_000;
    this.link =
        new NameserverLink(
            connector, addresses, description, caches, slots, open, timer, this::isReady);
    this.recalls = caches ? new RecallLoop(connector, this, cache, open, timer) : null;
    timer.scheduleWithFixedDelay(this::expireWaiting, 500, 500, TimeUnit.MILLISECONDS);
  }

  /**
   * What to do when the session has ended and with it what it held; before a new one is opened.
   *
   * @param action is told why
   */
  public void onSessionLost(Consumer<String> action) {
    link.onSessionLost(action);
  }

  /**
   * The session of another process goes on here; before {@link #start}. The lease of its cache is
   * kept from {@link #takeOverLease} on.
   */
  public void takeOver(SessionId session, long[] sequences, long seen, long trustedUntilNanos) {
    link.takeOver(session, sequences);
    if (recalls != null) {
      recalls.takeOver(seen, trustedUntilNanos);
    }
  }

  /** The other process asks for recalls no more, and the kernel listens here. */
  public void takeOverLease() {
    if (recalls != null) {
      recalls.goOn();
    }
  }

  /** Makes no change until {@link #thaw}; completes as {@link Slots#freeze} does. */
  public CompletableFuture<long[]> freeze() {
    return slots.freeze();
  }

  public void thaw() {
    slots.thaw();
  }

  /**
   * Asks for no more recalls until {@link #takeOverLease}.
   *
   * @return completes with the last one that was seen to, {@link RecallLoop#NOTHING} when there is
   *     no lease; fails when it cannot be told
   */
  public CompletableFuture<Long> holdLease() {
    return recalls == null ? CompletableFuture.completedFuture(RecallLoop.NOTHING) : recalls.hold();
  }

  /** When the lease of the cache ends, as nanoTime. */
  public long trustedUntilNanos() {
    return cache.trustedUntil();
  }

  /** Connects; completes when the first session is open. */
  public CompletableFuture<SessionOpened> start(long timeoutMs) {
    PendingCall<Reply.Done> first =
        new PendingCall<>(
            s -> new Query.KeepAlive(s),
            Reply.Done.class,
            null,
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    attempt(first);
    link.connect();
    return first.result.thenApply(done -> session());
  }

  /** Whether there is a connection with a session on it now. */
  public boolean isConnected() {
    return link.ready() != null;
  }

  /** The session as the nameserver opened it; only after {@link #start} has completed. */
  public SessionOpened session() {
    return link.session();
  }

  /** Where the session is open; null while it is nowhere. */
  @Nullable HostPort address() {
    Ready r = link.ready();
    return r == null ? null : r.address;
  }

  /** The session has ended, and with it what was granted to it. */
  public void forgetAll() {
    cache.distrust();
  }

  /** Tells {@code copies} of what the nameserver recalls. */
  public void onRecall(KernelCopies copies) {
    if (recalls != null) {
      recalls.tell(copies);
    }
  }

  /** Has {@code leases} give back what the nameserver asks for. */
  public void onRecall(WriteLeases leases) {
    if (recalls != null) {
      recalls.tell(leases);
    }
  }

  public <R extends Reply> CompletableFuture<R> query(Query query, Class<R> type) {
    return query(s -> query, type);
  }

  /** A question that names the session. */
  public <R extends Reply> CompletableFuture<R> query(
      Function<SessionId, ? extends Query> query, Class<R> type) {
    PendingCall<R> p = new PendingCall<>(query, type, null, System.nanoTime() + deadlineNanos);
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
          PendingCall<R> p = new PendingCall<>(s -> message, type, request, deadline);
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

  private void attempt(PendingCall<?> p) {
    Ready r = link.ready();
    if (r != null) {
      send(p, r);
      return;
    }
    boolean full;
    synchronized (this) {
      r = link.ready();
      full = waiting.size() >= MAX_WAITING;
      if (r == null && !full && !link.isClosed()) {
        waiting.add(p);
        return;
      }
    }
    if (link.isClosed()) {
      p.result.completeExceptionally(new FsException(Errno.ENODEV, "this client is closed"));
    } else if (r != null) {
      send(p, r);
    } else {
      p.result.completeExceptionally(
          new FsException(Errno.EAGAIN, "too many requests wait for the nameserver"));
    }
  }

  private <R extends Reply> void send(PendingCall<R> p, Ready r) {
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
      PendingCall<R> p, Ready r, @Nullable Response response, @Nullable Throwable failure) {
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
      link.lost(r);
      attempt(p);
    } else if (e.errno() == Errno.ESTALE && p.stale++ == 0) {
      // Only the nameserver's answer to a resumption tells whether the session has really ended.
      if (link.ready() == r) {
        r.connection.close();
      }
      if (p.sent == 1) {
        p.sent = 0;
      }
      link.lost(r);
      attempt(p);
    } else if (e.errno() == Errno.ETIMEDOUT && p.leftMs() <= 0) {
      p.last = e;
      timedOut(p);
    } else {
      p.result.completeExceptionally(e);
    }
  }

  private void timedOut(PendingCall<?> p) {
    FsException last = p.last;
    String problem = last != null ? String.valueOf(last.getMessage()) : link.lastProblem();
    p.result.completeExceptionally(
        new FsException(
            Errno.ETIMEDOUT,
            "no answer from the nameserver ("
                + addresses
                + ") within "
                + Quantity.formatDuration(p.limit())
                + (problem.isEmpty() ? "" : ", last: " + problem)
                + "; is it running, and is the address right?"));
  }

  private void isReady(Ready r) {
    if (recalls != null && r.session.cacheMs() > 0) {
      recalls.start();
    }
    sendWaiting(r);
  }

  private void sendWaiting(Ready r) {
    List<PendingCall<?>> resend;
    synchronized (this) {
      resend = new ArrayList<>(waiting);
      waiting.clear();
    }
    resend.forEach(p -> send(p, r));
  }

  private void expireWaiting() {
    List<PendingCall<?>> expired = new ArrayList<>();
    synchronized (this) {
      waiting.removeIf(p -> p.leftMs() <= 0 && expired.add(p));
    }
    expired.forEach(this::timedOut);
  }

  /** Ends the session if it can within {@code timeoutMs}, then {@link #close}s. */
  public CompletableFuture<Void> closeSession(int timeoutMs) {
    return link.endSession(timeoutMs).thenRun(this::close);
  }

  @Override
  public void close() {
    // First: what comes later is refused, so nothing waits behind this.
    link.close();
    if (recalls != null) {
      recalls.close();
    }
    List<PendingCall<?>> left;
    synchronized (this) {
      left = new ArrayList<>(waiting);
      waiting.clear();
    }
    FsException e = new FsException(Errno.ENODEV, "this client is closed");
    left.forEach(p -> p.result.completeExceptionally(e));
    slots.fail(e);
  }
}
