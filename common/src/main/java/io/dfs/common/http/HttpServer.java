package io.dfs.common.http;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A listening HTTP port. Shared. */
public final class HttpServer implements AutoCloseable {
  /** Browsers and scrapers are few; more are turned away. */
  private static final int MAX_CONNECTIONS = 64;

  /** A GET has no body worth the name. */
  private static final int MAX_BODY_BYTES = 1024;

  private static final int IDLE_S = 60;
  private static final int MAX_WAITING = 64;

  private final EventLoopGroup group;
  private final ThreadPoolExecutor workers;
  private final Channel listener;
  private final ChannelGroup connections;

  private HttpServer(
      EventLoopGroup group,
      ThreadPoolExecutor workers,
      Channel listener,
      ChannelGroup connections) {
    this.group = group;
    this.workers = workers;
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * Starts to listen.
   *
   * @param pages answers; runs on a thread of its own and may wait a little
   * @throws FsException EBUSY when the address cannot be used
   */
  public static HttpServer start(HostPort address, Function<HttpQuestion, HttpAnswer> pages) {
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("dfs-http", true), NioIoHandler.newFactory());
    ThreadPoolExecutor workers =
        new ThreadPoolExecutor(
            // One, so that answers keep the order of a connection's requests.
            1,
            1,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(MAX_WAITING),
            new DefaultThreadFactory("dfs-http-page", true));
    workers.allowCoreThreadTimeOut(true);
    ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (connections.size() >= MAX_CONNECTIONS) {
                      channel.close();
                      return;
                    }
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            new ReadTimeoutHandler(IDLE_S),
                            new HttpServerCodec(),
                            new HttpObjectAggregator(MAX_BODY_BYTES),
                            new HttpExchange(pages, workers));
                  }
                });
    ChannelFuture bound =
        bootstrap
            .bind(new InetSocketAddress(address.host(), address.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      workers.shutdownNow();
      throw new FsException(
          Errno.EBUSY,
          "cannot listen for HTTP on "
              + address
              + ": "
              + bound.cause().getMessage()
              + "; change the setting http, or leave it empty",
          bound.cause());
    }
    return new HttpServer(group, workers, bound.channel(), connections);
  }

  /** The address that it really listens on. */
  public HostPort address() {
    InetSocketAddress local = (InetSocketAddress) listener.localAddress();
    return new HostPort(local.getAddress().getHostAddress(), local.getPort());
  }

  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
    workers.shutdownNow();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
