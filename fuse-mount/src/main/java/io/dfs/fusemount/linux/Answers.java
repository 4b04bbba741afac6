package io.dfs.fusemount.linux;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.Faults;
import io.dfs.fusemount.linux.Pending.Kind;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Turns what an operation gives into the answer to its request: once, whatever happens, and with an
 * errno for every way to fail. Shared.
 */
final class Answers {
  private final Faults faults = new Faults();
  private final Pending pending;

  Answers(Duration deadline) {
    pending = new Pending(deadline);
  }

  Pending pending() {
    return pending;
  }

  void fail(Exchange exchange, Throwable failure) {
    fail(exchange, faults.errno(failure));
  }

  void fail(Exchange exchange, Errno errno) {
    fail(exchange, errno.code());
  }

  private static void fail(Exchange exchange, int errno) {
    if (exchange.claim()) {
      exchange.channel().answer(exchange.unique(), errno);
    }
  }

  /**
   * Of an operation on an inode that the kernel names by number. That it is gone (ENOENT) means
   * that what the kernel believes about a name is old: by ESTALE it looks the path up anew.
   */
  static <T> CompletableFuture<T> byNumber(CompletableFuture<T> operation) {
    return operation.isDone() && !operation.isCompletedExceptionally()
        ? operation
        : operation.exceptionally(
            failure -> {
              FsException e = FsException.of(failure);
              throw e.errno() == Errno.ENOENT
                  ? new FsException(Errno.ESTALE, String.valueOf(e.getMessage()), e)
                  : e;
            });
  }

  /** Success, without more to say. */
  void done(Exchange exchange) {
    if (exchange.claim()) {
      exchange.channel().answer(exchange.unique(), 0);
    }
  }

  void done(Exchange exchange, CompletableFuture<?> operation) {
    settle(
        exchange,
        operation,
        Kind.PLAIN,
        v -> exchange.channel().answer(exchange.unique(), 0),
        null);
  }

  /**
   * @param waits until others free the lock, which may take forever
   */
  void lock(Exchange exchange, CompletableFuture<Void> operation, boolean waits) {
    Kind kind = waits ? Kind.WAITING_LOCK : Kind.LOCK;
    settle(exchange, operation, kind, v -> exchange.channel().answer(exchange.unique(), 0), null);
  }

  /** Of locks that were waited for; see {@link Pending#withhold}. */
  void answerAgain(List<Pending.Withheld> withheld) {
    Pending.answerAgain(
        withheld,
        each ->
            each.operation()
                .whenComplete(
                    (done, failure) -> {
                      if (failure == null) {
                        done(each.exchange());
                      } else {
                        fail(each.exchange(), failure);
                      }
                    }));
  }

  /** An answer that is written into the buffer. */
  <T> void write(
      Exchange exchange, CompletableFuture<T> operation, BiConsumer<T, ByteBuffer> body) {
    write(exchange, operation, body, value -> {});
  }

  /**
   * @param undo what becomes of a value that nobody takes any more
   */
  <T> void write(
      Exchange exchange,
      CompletableFuture<T> operation,
      BiConsumer<T, ByteBuffer> body,
      Consumer<? super T> undo) {
    settle(
        exchange,
        operation,
        Kind.PLAIN,
        value -> {
          T present = Objects.requireNonNull(value);
          return exchange
              .channel()
              .answer(exchange.unique(), (ByteBuffer out) -> body.accept(present, out));
        },
        undo);
  }

  /** An answer of bytes as they are, released afterwards. */
  void bytes(Exchange exchange, CompletableFuture<ByteBuf> operation) {
    settle(
        exchange,
        operation,
        Kind.PLAIN,
        data -> {
          try {
            return exchange.channel().answer(exchange.unique(), data);
          } finally {
            data.release();
          }
        },
        // Only what was never sent: an answer that the kernel did not take is released above.
        null,
        ByteBuf::release);
  }

  private <T> void settle(
      Exchange exchange,
      CompletableFuture<T> operation,
      Kind kind,
      ToIntFunction<T> send,
      @Nullable Consumer<? super T> undo) {
    settle(exchange, operation, kind, send, undo, undo);
  }

  private <T> void settle(
      Exchange exchange,
      CompletableFuture<T> operation,
      Kind kind,
      ToIntFunction<T> send,
      @Nullable Consumer<? super T> refused,
      @Nullable Consumer<? super T> late) {
    if (!operation.isDone()) {
      pending.add(exchange, operation, kind);
    }
    operation.whenComplete(
        (value, failure) -> {
          try {
            if (!exchange.claim()) {
              if (failure == null && late != null) {
                late.accept(value);
              }
            } else if (failure != null) {
              exchange.channel().answer(exchange.unique(), faults.errno(failure));
            } else {
              send(exchange, value, send, refused);
            }
          } finally {
            // Last: what is not pending is answered.
            pending.remove(exchange);
          }
        });
  }

  private <T> void send(
      Exchange exchange, T value, ToIntFunction<T> send, @Nullable Consumer<? super T> refused) {
    int errno;
    try {
      errno = send.applyAsInt(value);
    } catch (Throwable t) {
      exchange.channel().answer(exchange.unique(), faults.errno(t));
      return;
    }
    if (errno != 0 && refused != null) {
      refused.accept(value);
    }
  }
}
