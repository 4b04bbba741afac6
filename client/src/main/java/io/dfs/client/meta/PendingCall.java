package io.dfs.client.meta;

import io.dfs.common.error.FsException;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call to the nameserver that may be sent several times before it has its answer. Its steps
 * follow one another.
 */
final class PendingCall<R extends Reply> {
  final Function<SessionId, ? extends Message> message;
  final Class<R> type;
  final long deadline;
  private final long beganNanos = System.nanoTime();
  final CompletableFuture<R> result = new CompletableFuture<>();

  /** Of a mutation; null for a question. */
  final @Nullable RequestId request;

  int sent;
  int stale;

  /** The session ended before the mutation ran: it may be made in the next one. */
  boolean renew;

  @Nullable FsException last;

  PendingCall(
      Function<SessionId, ? extends Message> message,
      Class<R> type,
      @Nullable RequestId request,
      long deadline) {
    this.message = message;
    this.type = type;
    this.request = request;
    this.deadline = deadline;
  }

  /** For how long it could wait at most, in tenths of a second. */
  Duration limit() {
    return Duration.ofMillis(100 * Math.round((deadline - beganNanos) / 1e8));
  }

  int leftMs() {
    return (int) Math.min(Integer.MAX_VALUE, (deadline - System.nanoTime()) / 1_000_000);
  }
}
