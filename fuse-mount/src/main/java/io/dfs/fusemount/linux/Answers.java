package io.dfs.fusemount.linux;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.Faults;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.time.Duration;
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
    settle(exchange, operation, false, v -> exchange.channel().answer(exchange.unique(), 0), null);
  }

  void lock(Exchange exchange, CompletableFuture<Void> operation) {
    settle(exchange, operation, true, v -> exchange.channel().answer(exchange.unique(), 0), null);
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
        false,
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
        false,
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
      boolean lock,
      ToIntFunction<T> send,
      @Nullable Consumer<? super T> undo) {
    settle(exchange, operation, lock, send, undo, undo);
  }

  private <T> void settle(
      Exchange exchange,
      CompletableFuture<T> operation,
      boolean lock,
      ToIntFunction<T> send,
      @Nullable Consumer<? super T> refused,
      @Nullable Consumer<? super T> late) {
    if (!operation.isDone()) {
      pending.add(exchange, operation, lock);
    }
    operation.whenComplete(
        (value, failure) -> {
          pending.remove(exchange);
          if (!exchange.claim()) {
            if (failure == null && late != null) {
              late.accept(value);
            }
          } else if (failure != null) {
            exchange.channel().answer(exchange.unique(), faults.errno(failure));
          } else {
            send(exchange, value, send, refused);
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
