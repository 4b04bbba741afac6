package io.dfs.common.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.TimeUnit;

/**
 * The network threads of a process, and its pool of buffers. Shared; epoll where there is one, else
 * NIO.
 */
public final class NetThreads implements AutoCloseable {
  /**
   * Buffers of the whole data path: direct, pooled in pieces of 4 MiB. Two arenas and no caches in
   * foreign threads, because what a process keeps for later reuse shall stay small: a mount's
   * callers are many and short-lived.
   */
  private static final ByteBufAllocator ALLOCATOR =
      new PooledByteBufAllocator(true, 0, 2, 8192, 9, 64, 32, false);

  private final EventLoopGroup group;
  private final boolean epoll;

  /**
   * Starts the threads.
   *
   * @param name of the threads
   * @param threads how many
   */
  public NetThreads(String name, int threads) {
    epoll = Epoll.isAvailable();
    group =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory(name, true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /** The pool that every buffer of the data path comes from. */
  public static ByteBufAllocator allocator() {
    return ALLOCATOR;
  }

  /** How much memory {@link #allocator} may take in all; past it OutOfMemoryErrors come. */
  public static long maxDirectBytes() {
    return PlatformDependent.maxDirectMemory();
  }

  EventLoopGroup group() {
    return group;
  }

  /** The thread that calls, if it is one of these, else the next of them. */
  EventLoopGroup here() {
    for (EventExecutor thread : group) {
      if (thread.inEventLoop()) {
        return (EventLoop) thread;
      }
    }
    return group;
  }

  Class<? extends Channel> channelType() {
    return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  Class<? extends ServerChannel> serverChannelType() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /**
   * Stops the threads; waits some seconds at most. Servers and connections on them shall be closed
   * before.
   */
  @Override
  public void close() {
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
