package io.dfs.common.net;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.function.Function;

/**
 * A listening port: takes connections, greets them and hands their calls to a {@link CallHandler}.
 * Shared.
 */
public final class NetServer implements AutoCloseable {
  /** More connections than this are closed at once: each may hold a megabyte. */
  private static final int MAX_CONNECTIONS = 10_000;

  private final Channel listener;
  private final ChannelGroup connections;

  private NetServer(Channel listener, ChannelGroup connections) {
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * Starts to listen.
   *
   * @param address port 0 takes a free one, see {@link #address}
   * @param greeting what to answer to a {@link Hello}; may refuse it with an FsException. A wrong
   *     protocol version is refused before it is asked
   * @throws FsException EADDRINUSE's and its like as EBUSY, with the address in the message
   */
  public static NetServer start(
      NetThreads threads,
      HostPort address,
      NetLimits limits,
      Function<Hello, Reply.Welcome> greeting,
      CallHandler handler) {
    return start(threads, address, limits, Long.MAX_VALUE, greeting, handler);
  }

  /**
   * Starts to listen, with a bound over all connections.
   *
   * @param maxHeldBytes payload bytes of all clients together that may be unanswered; past it those
   *     who sent them are not read. What other servers forward has bounds of its own, see {@link
   *     PayloadBudgets}
   */
  public static NetServer start(
      NetThreads threads,
      HostPort address,
      NetLimits limits,
      long maxHeldBytes,
      Function<Hello, Reply.Welcome> greeting,
      CallHandler handler) {
    PayloadBudgets budgets =
        maxHeldBytes == Long.MAX_VALUE ? null : new PayloadBudgets(maxHeldBytes);
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(threads.group())
            .channel(threads.serverChannelType())
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOCATOR, NetThreads.allocator())
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (connections.size() >= MAX_CONNECTIONS) {
                      channel.close();
                      return;
                    }
                    connections.add(channel);
                    FrameReceiver receiver = new FrameReceiver(limits);
                    channel.config().setRecvByteBufAllocator(receiver.allocator());
                    channel
                        .pipeline()
                        .addLast(
                            receiver,
                            new ServerSession(channel, limits, greeting, handler, budgets));
                  }
                });
    ChannelFuture bound =
        bootstrap
            .bind(new InetSocketAddress(address.host(), address.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new FsException(
          Errno.EBUSY,
          "cannot listen on "
              + address
              + ": "
              + bound.cause().getMessage()
              + "; is another program using the port?",
          bound.cause());
    }
    return new NetServer(bound.channel(), connections);
  }

  /** The address that it really listens on. */
  public HostPort address() {
    InetSocketAddress local = (InetSocketAddress) listener.localAddress();
    return new HostPort(local.getAddress().getHostAddress(), local.getPort());
  }

  public int connections() {
    return connections.size();
  }

  /**
   * Closes the port and every connection; calls that are not answered yet are answered into the
   * void.
   */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }
}
