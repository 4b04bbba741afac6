package io.dfs.common.net;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Makes connections. Immutable and shared. */
public final class NetClient {
  private final NetThreads threads;
  private final NetLimits limits;

  public NetClient(NetThreads threads, NetLimits limits) {
    this.threads = threads;
    this.limits = limits;
  }

  /**
   * Connects and greets. A network thread that connects serves the connection itself, so that what
   * it hands on and the answer change no thread.
   *
   * @param timeoutMs for all of it
   * @return fails with ECONNREFUSED (nobody listens, or the name does not resolve), ETIMEDOUT, or
   *     what the server refused the Hello with; the message names the address
   */
  public CompletableFuture<Connection> connect(HostPort address, Hello hello, int timeoutMs) {
    CompletableFuture<Connection> result = new CompletableFuture<>();
    ClientConnection connection = new ClientConnection(address.toString());
    ChannelFuture connecting =
        new Bootstrap()
            .group(threads.here())
            .channel(threads.channelType())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMs)
            .option(ChannelOption.ALLOCATOR, NetThreads.allocator())
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    FrameReceiver receiver = new FrameReceiver(limits);
                    channel.config().setRecvByteBufAllocator(receiver.allocator());
                    channel.pipeline().addLast(receiver, connection);
                  }
                })
            .connect(new InetSocketAddress(address.host(), address.port()));
    connecting.addListener(
        f -> {
          if (!f.isSuccess()) {
            result.completeExceptionally(refused(address, f.cause()));
            return;
          }
          connection
              .call(hello, null, timeoutMs)
              .whenComplete(
                  (response, failure) -> {
                    FsException refusal = refusal(address.toString(), response, failure);
                    if (refusal != null) {
                      connection.close();
                      result.completeExceptionally(refusal);
                      return;
                    }
                    connection.welcomed((Reply.Welcome) response.message());
                    if (!result.complete(connection)) {
                      connection.close();
                    }
                  });
        });
    return result;
  }

  /**
   * As {@link #connect}, for small requests: a thread that {@link WaitingThreads#enter entered} as
   * one that waits anyway gets its answer inside {@link Connection#call}, so that the future is
   * complete when it is returned.
   */
  public CompletableFuture<Connection> connectDirectly(
      HostPort address, Hello hello, int timeoutMs) {
    return DirectConnection.connect(address, hello, timeoutMs, limits, this::onNetworkThread);
  }

  private void onNetworkThread(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      task.run(); // the process is ending
    }
  }

  static FsException refused(HostPort address, Throwable cause) {
    String reason =
        cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException
            ? "the host name does not resolve"
            : String.valueOf(cause.getMessage());
    return new FsException(
        Errno.ECONNREFUSED, "cannot connect to " + address + ": " + reason, cause);
  }

  /** Why a Hello was not answered by a Welcome; null when it was. Releases the payload. */
  static @Nullable FsException refusal(
      String address, @Nullable Response response, @Nullable Throwable failure) {
    if (response == null) {
      FsException e = FsException.of(Objects.requireNonNull(failure));
      return new FsException(
          e.errno(), address + " did not welcome this program: " + e.getMessage());
    }
    response.payload().release();
    return response.message() instanceof Reply.Welcome
        ? null
        : new FsException(Errno.EPROTO, address + " answered the Hello with something else");
  }
}
