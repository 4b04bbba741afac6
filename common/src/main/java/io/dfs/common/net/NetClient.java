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
import java.util.concurrent.CompletableFuture;

/** Makes connections. Immutable and shared. */
public final class NetClient {
  private final NetThreads threads;
  private final NetLimits limits;

  public NetClient(NetThreads threads, NetLimits limits) {
    this.threads = threads;
    this.limits = limits;
  }

  /**
   * Connects and greets.
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
            .group(threads.group())
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
            result.completeExceptionally(
                new FsException(
                    Errno.ECONNREFUSED,
                    "cannot connect to " + address + ": " + reason(f.cause()),
                    f.cause()));
            return;
          }
          connection
              .call(hello, null, timeoutMs)
              .whenComplete(
                  (response, failure) -> {
                    if (failure != null) {
                      connection.close();
                      FsException e = FsException.of(failure);
                      result.completeExceptionally(
                          new FsException(
                              e.errno(),
                              address + " did not welcome this program: " + e.getMessage()));
                    } else if (response.message() instanceof Reply.Welcome welcome) {
                      response.payload().release();
                      connection.welcomed(welcome);
                      if (!result.complete(connection)) {
                        connection.close();
                      }
                    } else {
                      response.payload().release();
                      connection.close();
                      result.completeExceptionally(
                          new FsException(
                              Errno.EPROTO, address + " answered the Hello with something else"));
                    }
                  });
        });
    return result;
  }

  private static String reason(Throwable cause) {
    return cause instanceof java.net.UnknownHostException
            || cause instanceof java.nio.channels.UnresolvedAddressException
        ? "the host name does not resolve"
        : String.valueOf(cause.getMessage());
  }
}
