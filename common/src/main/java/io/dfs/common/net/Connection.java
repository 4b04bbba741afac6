package io.dfs.common.net;

import io.dfs.common.message.Message;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An open connection to a server, carrying many calls at once. Shared: every method may be called
 * by every thread.
 */
public interface Connection extends AutoCloseable {
  /**
   * Sends a request. Requests arrive in the order of the calls of this method (by one thread).
   *
   * @param payload follows the message; this method takes it over and releases it, also when it
   *     fails
   * @param deadlineMs the future fails with ETIMEDOUT when no answer has come by then
   * @return the answer, whose payload the receiver releases; fails with the server's {@link
   *     io.dfs.common.error.FsException} or, when the connection breaks, with ECONNREFUSED or
   *     EHOSTUNREACH. Completed on a thread of the network: do not wait in its dependents. A
   *     response that comes after the deadline is released here.
   */
  CompletableFuture<Response> call(Message request, @Nullable ByteBuf payload, int deadlineMs);

  boolean isOpen();

  /** Calls under way. */
  int inFlight();

  /** Completes (never exceptionally) when the connection is closed, by either side. */
  CompletableFuture<Void> closed();

  /** What the server said when the connection was made. */
  io.dfs.common.message.Reply.Welcome welcome();

  /** Fails what is under way and closes. Does not wait. */
  @Override
  void close();
}
