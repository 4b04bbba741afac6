package io.dfs.common.net;

import com.google.errorprone.annotations.concurrent.GuardedBy;
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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The network threads of a process, and its pool of buffers. Shared; epoll where there is one, else
 * NIO. The threads start when the first connection needs them, which a command that only asks the
 * nameserver never has: starting them takes a tenth of its time.
 */
public final class NetThreads implements AutoCloseable {
  /**
   * Buffers of the whole data path: direct, pooled in pieces of 4 MiB. Two arenas and no caches in
   * foreign threads, because what a process keeps for later reuse shall stay small: a mount's
   * callers are many and short-lived.
   */
  private static final ByteBufAllocator ALLOCATOR =
      new PooledByteBufAllocator(true, 0, 2, 8192, 9, 64, 32, false);

  private final String name;
  private final int threads;

  /** Completes answers until the threads have started; it holds as many as calls are under way. */
  private final ThreadPoolExecutor early;

  private volatile @Nullable EventLoopGroup group;

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param name of the threads
   * @param threads how many
   */
  public NetThreads(String name, int threads) {
    this.name = name;
    this.threads = threads;
    early =
        new ThreadPoolExecutor(
            0,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The pool that every buffer of the data path comes from. */
  public static ByteBufAllocator allocator() {
    return ALLOCATOR;
  }

  /** How much memory {@link #allocator} may take in all; past it OutOfMemoryErrors come. */
  public static long maxDirectBytes() {
    return PlatformDependent.maxDirectMemory();
  }

  /** Starts them if need be; RejectedExecutionException after {@link #close}. */
  EventLoopGroup group() {
    EventLoopGroup started = group;
    return started != null ? started : start();
  }

  private synchronized EventLoopGroup start() {
    EventLoopGroup started = group;
    if (started != null) {
      return started;
    }
    if (closed) {
      throw new RejectedExecutionException("the network threads have stopped");
    }
    started =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory(name, true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    group = started;
    return started;
  }

  /** Runs a task off the thread that calls; RejectedExecutionException after {@link #close}. */
  void execute(Runnable task) {
    EventLoopGroup started = group;
    (started != null ? started.next() : early).execute(task);
  }

  /** The thread that calls, if it is one of these, else the next of them. */
  EventLoopGroup here() {
    EventLoopGroup all = group();
    for (EventExecutor thread : all) {
      if (thread.inEventLoop()) {
        return (EventLoop) thread;
      }
    }
    return all;
  }

  Class<? extends Channel> channelType() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  Class<? extends ServerChannel> serverChannelType() {
    return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /**
   * Stops the threads; waits some seconds at most. Servers and connections on them shall be closed
   * before.
   */
  @Override
  public void close() {
    EventLoopGroup started;
    synchronized (this) {
      closed = true;
      started = group;
    }
    early.shutdown();
    if (started != null) {
      started.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
  }
}
