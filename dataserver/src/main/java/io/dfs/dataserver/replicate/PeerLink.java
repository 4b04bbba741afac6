package io.dfs.dataserver.replicate;

import com.google.errorprone.annotations.Var;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Hello;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.Response;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An ordered way to one server: requests leave in the order of the calls, also those that came
 * while it was still connecting. What waits is bounded by the connections that the requests came
 * from. Shared.
 *
 * <pre>
 * IDLE -> CONNECTING -> OPEN -> IDLE      a lost connection is made again by the next request
 *                    -> IDLE              all that waited fails
 * </pre>
 */
final class PeerLink {
  private static final int CONNECT_TIMEOUT_MS = 3000;

  private record Waiting(
      ChunkRequest request,
      @Nullable ByteBuf payload,
      int deadlineMs,
      CompletableFuture<Response> answer) {}

  private final NetClient client;
  private final HostPort address;
  private final Supplier<Hello> hello;

  /** Not null while connecting. */
  @GuardedBy("this")
  private @Nullable Queue<Waiting> waiting;

  @GuardedBy("this")
  private @Nullable Connection connection;

  @GuardedBy("this")
  private long lastUsedNanos = System.nanoTime();

  PeerLink(NetClient client, HostPort address, Supplier<Hello> hello) {
    this.client = client;
    this.address = address;
    this.hello = hello;
  }

  /** Keeps the link from being idle; before it is used. */
  synchronized void touch() {
    lastUsedNanos = System.nanoTime();
  }

  /** Sends a request; takes {@code payload} over. */
  CompletableFuture<Response> call(
      ChunkRequest request, @Nullable ByteBuf payload, int deadlineMs) {
    Waiting waits;
    synchronized (this) {
      Connection open = connection;
      if (open != null && open.isOpen()) {
        return open.call(request, payload, deadlineMs);
      }
      waits = new Waiting(request, payload, deadlineMs, new CompletableFuture<>());
      if (waiting != null) {
        waiting.add(waits);
        return waits.answer;
      }
      waiting = new ArrayDeque<>();
      waiting.add(waits);
    }
    client.connect(address, hello.get(), CONNECT_TIMEOUT_MS).whenComplete(this::connected);
    return waits.answer;
  }

  private void connected(@Nullable Connection made, @Nullable Throwable failure) {
    Queue<Waiting> due;
    synchronized (this) {
      due = waiting == null ? new ArrayDeque<>() : waiting;
      waiting = null;
      connection = made;
      if (made != null) {
        // Under the lock, so that no later request overtakes these.
        for (Waiting each : due) {
          send(made, each);
        }
        return;
      }
    }
    FsException cause = FsException.of(failure == null ? new IllegalStateException() : failure);
    for (Waiting each : due) {
      if (each.payload != null) {
        each.payload.release();
      }
      each.answer.completeExceptionally(cause);
    }
  }

  private static void send(Connection open, Waiting waits) {
    open.call(waits.request, waits.payload, waits.deadlineMs)
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                waits.answer.completeExceptionally(failure);
              } else {
                waits.answer.complete(response);
              }
            });
  }

  /** Closes the connection when nothing was asked of it for a while. */
  boolean closeIfIdle(long idleMs) {
    Connection closable;
    synchronized (this) {
      closable = connection;
      if (waiting != null
          || System.nanoTime() - lastUsedNanos < TimeUnit.MILLISECONDS.toNanos(idleMs)
          || (closable != null && closable.isOpen() && closable.inFlight() > 0)) {
        return false;
      }
      connection = null;
    }
    if (closable != null) {
      closable.close();
    }
    return true;
  }

  void close() {
    @Var Connection closable;
    synchronized (this) {
      closable = connection;
      connection = null;
    }
    if (closable != null) {
      closable.close();
    }
  }

  /** The failure of a call over this link, which names the server unless it did so itself. */
  FsException failure(Throwable cause) {
    FsException e = FsException.of(cause);
    boolean silent =
        e.errno() == Errno.ECONNREFUSED
            || e.errno() == Errno.EHOSTUNREACH
            || e.errno() == Errno.ETIMEDOUT;
    String text = String.valueOf(e.getMessage());
    return new FsException(
        e.errno(),
        silent && !text.contains(address.toString())
            ? "dataserver " + address + ": " + text
            : text);
  }
}
