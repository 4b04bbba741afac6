package io.dfs.client.chunk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.net.Connection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One dataserver: its connections, and how well it has answered lately. Shared.
 *
 * <p>Appends share one connection because those of a chunk must arrive in order; reads are spread
 * over several.
 */
final class Dataserver {
  /** Weight of the newest sample in the smoothed latency: 1/8, as TCP smooths its round trips. */
  private static final int SMOOTHING = 8;

  private static final long AVOID_NANOS = 5_000_000_000L;

  private static final int DIRECT = 1;
  private static final int FIRST_READ = 2;

  private final String address;
  private final Connector connector;

  /** Slot 0 is for streams of appends, slot 1 for small requests, the others for reads. */
  @GuardedBy("this")
  private final @Nullable CompletableFuture<Connection>[] connections;

  private final int readConnections;
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger next = new AtomicInteger();
  private volatile long smoothedNanos;
  private volatile long avoidedUntil;
  private volatile long usedAt = System.nanoTime();
  private volatile boolean avoided;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Dataserver(String address, Connector connector, int readConnections) {
    this.address = address;
    this.connector = connector;
    this.readConnections = readConnections;
    this.connections = new CompletableFuture[FIRST_READ + readConnections];
  }

  CompletableFuture<Connection> forAppends() {
    return connection(0);
  }

  /** For small requests, whose callers wait for each. */
  CompletableFuture<Connection> direct() {
    return connection(DIRECT);
  }

  CompletableFuture<Connection> forReads() {
    return connection(FIRST_READ + (next.getAndIncrement() & 0x7fffffff) % readConnections);
  }

  private CompletableFuture<Connection> connection(int slot) {
    usedAt = System.nanoTime();
    CompletableFuture<Connection> made;
    synchronized (this) {
      CompletableFuture<Connection> existing = connections[slot];
      if (existing != null && isUsable(existing)) {
        return existing;
      }
      made = new CompletableFuture<>();
      connections[slot] = made;
    }
    (slot == DIRECT ? connector.connectDirectly(address) : connector.connect(address))
        .whenComplete(
            (connection, failure) -> {
              if (failure != null) {
                made.completeExceptionally(failure);
              } else {
                made.complete(connection);
              }
            });
    return made;
  }

  private static boolean isUsable(CompletableFuture<Connection> connection) {
    return !connection.isDone()
        || (!connection.isCompletedExceptionally() && connection.join().isOpen());
  }

  void readStarted() {
    reads.incrementAndGet();
  }

  void readEnded(long nanos) {
    reads.decrementAndGet();
    long before = smoothedNanos;
    smoothedNanos = before == 0 ? nanos : before + (nanos - before) / SMOOTHING;
  }

  void failed() {
    avoidedUntil = System.nanoTime() + AVOID_NANOS;
    avoided = true;
  }

  void worked() {
    avoided = false;
  }

  boolean isAvoided() {
    return avoided && System.nanoTime() - avoidedUntil < 0;
  }

  /** Low is good: how long a read asked for now would take, roughly. */
  long cost() {
    return (reads.get() + 1L) * Math.max(smoothedNanos, 50_000);
  }

  boolean isIdle(long idleNanos) {
    return reads.get() == 0 && System.nanoTime() - usedAt > idleNanos;
  }

  /** Closes every connection that carries nothing. */
  synchronized void closeUnused() {
    for (int i = 0; i < connections.length; i++) {
      CompletableFuture<Connection> c = connections[i];
      if (c != null && c.isDone() && (c.isCompletedExceptionally() || c.join().inFlight() == 0)) {
        close(c);
        connections[i] = null;
      }
    }
  }

  synchronized void close() {
    for (CompletableFuture<Connection> c : connections) {
      if (c != null) {
        close(c);
      }
    }
  }

  private static void close(CompletableFuture<Connection> connection) {
    connection.thenAccept(Connection::close);
  }
}
