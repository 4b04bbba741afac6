package io.dfs.common.net;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import io.dfs.common.net.PendingCalls.Pending;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection for small requests whose callers wait: who calls writes to the socket, and who waits
 * reads from it.
 *
 * <p>Of the threads that wait ({@link WaitingThreads}), one leads: it reads whatever comes, hands
 * the others their answers, and when it has its own it wakes one of them to lead on. So a lone
 * caller needs no other thread at all; measured on loopback, a call takes 30 us this way against
 * 105 through an event loop. While answers are due that nobody waits for here, and nobody leads, a
 * thread of the connection's own does; it completes those futures on {@code network}, as every
 * connection does.
 *
 * <p>Lock order: {@code writeLock} is innermost and held only for a write. A peer that does not
 * read stalls a writer until its deadline, then the connection is closed.
 */
final class DirectConnection implements Connection {
  private static final Logger log = LoggerFactory.getLogger(DirectConnection.class);
  private static final int READ_BYTES = 64 << 10;

  /**
   * How often a leader looks up from the socket: for deadlines, and in case a wake-up was missed.
   */
  private static final int LOOK_UP_MS = 100;

  private final String address;
  private final SocketChannel channel;
  private final Selector readable;
  private final FrameParser parser;
  private final Executor network;
  private final Object writeLock = new Object();
  private final AtomicLong nextCallId = new AtomicLong();
  private final PendingCalls pending;
  private final AtomicReference<@Nullable Thread> leader = new AtomicReference<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /** The leader's. */
  private final ByteBuf received = NetThreads.allocator().directBuffer(READ_BYTES, READ_BYTES);

  /** The leader's. */
  private long lastLookUpNanos = System.nanoTime();

  private final Thread reader;
  private volatile boolean open = true;
  private volatile Reply.@Nullable Welcome welcome;

  private DirectConnection(
      String address, SocketChannel channel, NetLimits limits, Executor network)
      throws IOException {
    this.address = address;
    this.channel = channel;
    this.parser = new FrameParser(limits);
    this.network = network;
    this.pending = new PendingCalls(address, network);
    readable = Selector.open();
    channel.configureBlocking(false);
    channel.register(readable, SelectionKey.OP_READ);
    reader = new Thread(this::readForOthers, "dfs-direct-" + address);
    reader.setDaemon(true);
  }

  /** As {@link NetClient#connect}. */
  static CompletableFuture<Connection> connect(
      HostPort to, Hello hello, int timeoutMs, NetLimits limits, Executor network) {
    CompletableFuture<Connection> result = new CompletableFuture<>();
    Thread connecting =
        new Thread(
            () -> {
              try {
                DirectConnection connection = open(to, timeoutMs, limits, network);
                connection.reader.start();
                connection
                    .call(hello, null, timeoutMs)
                    .whenComplete(
                        (response, failure) -> connection.welcomed(response, failure, result));
              } catch (IOException | UnresolvedAddressException e) {
                result.completeExceptionally(NetClient.refused(to, e));
              }
            },
            "dfs-connect-" + to);
    connecting.setDaemon(true);
    connecting.start();
    return result;
  }

  private static DirectConnection open(
      HostPort to, int timeoutMs, NetLimits limits, Executor network) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(new InetSocketAddress(to.host(), to.port()), timeoutMs);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      return new DirectConnection(to.toString(), channel, limits, network);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void welcomed(
      @Nullable Response response,
      @Nullable Throwable failure,
      CompletableFuture<Connection> result) {
    FsException refusal = NetClient.refusal(address, response, failure);
    if (refusal != null) {
      close();
      result.completeExceptionally(refusal);
      return;
    }
    welcome = (Reply.Welcome) Objects.requireNonNull(response).message();
    if (!result.complete(this)) {
      close();
    }
  }

  @Override
  public CompletableFuture<Response> call(
      Message request, @Nullable ByteBuf payload, int deadlineMs) {
    // While a leader runs somebody's code, that must not wait for what only the leader can read.
    boolean waits = WaitingThreads.isCurrent() && leader.get() != Thread.currentThread();
    Pending p =
        new Pending(
            request.getClass().getSimpleName(), deadlineMs, waits ? Thread.currentThread() : null);
    long callId = RequestIds.callId(nextCallId);
    ByteBuf head = null;
    try {
      if (pending.isFull()) {
        throw new FsException(Errno.EAGAIN, "too many requests under way to " + address);
      }
      head =
          Frame.head(
              NetThreads.allocator(),
              Frame.REQUEST,
              callId,
              request,
              payload == null ? 0 : payload.readableBytes());
      pending.add(callId, p);
      write(head, payload, p.deadlineNanos);
    } catch (IOException e) {
      log.debug("the connection to {} broke", address, e);
      close();
    } catch (RuntimeException | OutOfMemoryError e) {
      pending.remove(callId);
      p.answer.completeExceptionally(FsException.of(e));
    } finally {
      if (head != null) {
        head.release();
      }
      if (payload != null) {
        payload.release();
      }
    }
    if (!open) {
      pending.failAll(null);
    }
    if (waits) {
      lead(p);
    } else if (leader.get() == null) {
      LockSupport.unpark(reader);
    }
    return p.answer;
  }

  private void write(ByteBuf head, @Nullable ByteBuf payload, long deadlineNanos)
      throws IOException {
    ByteBuffer[] parts =
        payload == null || !payload.isReadable()
            ? new ByteBuffer[] {head.nioBuffer()}
            : new ByteBuffer[] {head.nioBuffer(), payload.nioBuffer()};
    synchronized (writeLock) {
      while (true) {
        long n = parts.length == 1 ? channel.write(parts[0]) : channel.write(parts);
        if (!parts[parts.length - 1].hasRemaining()) {
          return;
        }
        if (n == 0) {
          if (System.nanoTime() - deadlineNanos >= 0) {
            throw new IOException("the peer does not read");
          }
          LockSupport.parkNanos(this, 50_000);
        }
      }
    }
  }

  /** Waits for an answer, reading for everybody when nobody else does. */
  private void lead(Pending own) {
    while (!own.answer.isDone()) {
      if (leader.compareAndSet(null, Thread.currentThread())) {
        try {
          while (!own.answer.isDone() && open) {
            readOnce();
          }
        } finally {
          leader.set(null);
        }
        if (!open) {
          pending.failAll(null);
        }
      } else if (!open) {
        pending.failAll(null);
      } else {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(LOOK_UP_MS));
        if (Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    passOn();
  }

  /** Somebody has to read while answers are due. */
  private void passOn() {
    if (leader.get() != null || pending.isEmpty()) {
      return;
    }
    Thread waiter = pending.anyWaiter();
    LockSupport.unpark(waiter == null ? reader : waiter);
  }

  private void readForOthers() {
    while (open) {
      if (!pending.isEmpty() && leader.compareAndSet(null, Thread.currentThread())) {
        try {
          while (open && !pending.isEmpty()) {
            readOnce();
          }
        } finally {
          leader.set(null);
        }
      } else {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(LOOK_UP_MS));
      }
    }
    pending.failAll(null);
    while (!leader.compareAndSet(null, Thread.currentThread())) {
      LockSupport.parkNanos(this, 1_000_000);
    }
    // Nobody leads after this.
    parser.close();
    received.release();
  }

  /** The leader's. Waits {@link #LOOK_UP_MS} at most. */
  private void readOnce() {
    try {
      readable.select(LOOK_UP_MS);
      readable.selectedKeys().clear();
      ByteBuf target = parser.payloadExpected();
      int n;
      if (target != null) {
        n = target.writeBytes(channel, target.writableBytes());
        parser.payloadReceived(target, target.writerIndex(), pending::arrived);
      } else {
        received.clear();
        n = received.writeBytes(channel, READ_BYTES);
        parser.feed(received, NetThreads.allocator(), pending::arrived);
      }
      if (n < 0) {
        close();
        return;
      }
      long now = System.nanoTime();
      if (now - lastLookUpNanos > TimeUnit.MILLISECONDS.toNanos(LOOK_UP_MS)) {
        lastLookUpNanos = now;
        pending.expire(now);
      }
    } catch (IOException | ClosedSelectorException | FsException e) {
      log.debug("the connection to {} broke", address, e);
      close();
    } catch (OutOfMemoryError e) {
      // Its callers must know that it is not the server's fault, nor gone by asking another one.
      log.debug("no memory for what {} sends", address, e);
      close();
      pending.failAll(
          new FsException(
              Errno.ENOMEM, "no memory for the answer of " + address + ": " + e.getMessage()));
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public int inFlight() {
    return pending.size();
  }

  @Override
  public CompletableFuture<Void> closed() {
    return closed;
  }

  @Override
  public Reply.Welcome welcome() {
    return Objects.requireNonNull(welcome, "not welcomed yet");
  }

  @Override
  public void close() {
    open = false;
    try {
      channel.close();
      readable.close();
    } catch (IOException e) {
      log.debug("closing the connection to {}", address, e);
    }
    LockSupport.unpark(reader);
    network.execute(() -> closed.complete(null));
  }
}
