package io.dfs.common.net;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's end of a connection.
 *
 * <p>Callers encode their request themselves and put it into a queue; one task on the event loop
 * writes all that is there and flushes once. What waits for an answer is known to the event loop
 * alone, which looks for missed deadlines every {@link #SWEEP_MS} while anything waits.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter implements Connection {
  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

  /** Deadlines are seconds; this precision costs next to nothing. */
  private static final int SWEEP_MS = 100;

  /**
   * Far more than the budgets of those who call (dirty bytes, read-ahead, request slots) can add up
   * to.
   */
  private static final int MAX_IN_FLIGHT = 1 << 16;

  private record Outgoing(
      long callId, String what, ByteBuf head, @Nullable ByteBuf payload, Waiting waiting) {}

  private record Waiting(
      String what, long deadlineNanos, int deadlineMs, CompletableFuture<Response> answer) {}

  private final String address;
  private final AtomicLong nextCallId = new AtomicLong();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger queued = new AtomicInteger();
  private final Queue<Outgoing> outgoing = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  /** Confined to the event loop. */
  private final LongObjectHashMap<Waiting> waiting = new LongObjectHashMap<>();

  private boolean sweeping;
  private volatile @Nullable Channel channel;
  private volatile Reply.@Nullable Welcome welcome;

  ClientConnection(String address) {
    this.address = address;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  void welcomed(Reply.Welcome reply) {
    welcome = reply;
  }

  @Override
  public Reply.Welcome welcome() {
    return Objects.requireNonNull(welcome, "not welcomed yet");
  }

  @Override
  public CompletableFuture<Response> call(
      Message request, @Nullable ByteBuf payload, int deadlineMs) {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    Channel ch = channel;
    if (ch == null || !ch.isActive() || inFlight.get() >= MAX_IN_FLIGHT) {
      if (payload != null) {
        payload.release();
      }
      answer.completeExceptionally(
          ch != null && ch.isActive()
              ? new FsException(Errno.EAGAIN, "too many requests under way to " + address)
              : lost("is closed"));
      return answer;
    }
    long callId = RequestIds.callId(nextCallId);
    String what = request.getClass().getSimpleName();
    ByteBuf head;
    try {
      head =
          Frame.head(
              NetThreads.allocator(),
              Frame.REQUEST,
              callId,
              request,
              payload == null ? 0 : payload.readableBytes());
    } catch (RuntimeException | OutOfMemoryError e) {
      if (payload != null) {
        payload.release();
      }
      answer.completeExceptionally(FsException.of(e));
      return answer;
    }
    inFlight.incrementAndGet();
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
    outgoing.add(
        new Outgoing(callId, what, head, payload, new Waiting(what, deadline, deadlineMs, answer)));
    if (queued.getAndIncrement() == 0) {
      try {
        ch.eventLoop().execute(this::drain);
      } catch (java.util.concurrent.RejectedExecutionException e) {
        failAll();
      }
    }
    return answer;
  }

  private void drain() {
    Channel ch = Objects.requireNonNull(channel);
    int done = queued.get();
    do {
      for (int i = 0; i < done; i++) {
        Outgoing out = Objects.requireNonNull(outgoing.poll());
        waiting.put(out.callId, out.waiting);
        ch.write(out.head, ch.voidPromise());
        if (out.payload != null) {
          ch.write(out.payload, ch.voidPromise());
        }
      }
      done = queued.addAndGet(-done);
    } while (done > 0);
    ch.flush();
    if (!ch.isActive()) {
      failAll();
    } else if (!sweeping) {
      sweeping = true;
      ch.eventLoop().schedule(this::sweep, SWEEP_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void sweep() {
    sweeping = false;
    long now = System.nanoTime();
    List<Long> late = new ArrayList<>();
    for (LongObjectMap.PrimitiveEntry<Waiting> entry : waiting.entries()) {
      if (now - entry.value().deadlineNanos >= 0) {
        late.add(entry.key());
      }
    }
    for (long callId : late) {
      Waiting w = Objects.requireNonNull(waiting.remove(callId));
      inFlight.decrementAndGet();
      w.answer.completeExceptionally(
          new FsException(
              Errno.ETIMEDOUT,
              address + " did not answer a " + w.what + " within " + w.deadlineMs + " ms"));
    }
    Channel ch = channel;
    if (!waiting.isEmpty() && ch != null && !sweeping) {
      sweeping = true;
      ch.eventLoop().schedule(this::sweep, SWEEP_MS, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    Frame frame = (Frame) msg;
    Waiting w = waiting.remove(frame.callId());
    if (w == null) {
      frame.payload().release();
      if (frame.callId() == 0 && frame.kind() == Frame.ERROR) {
        ctx.fireExceptionCaught(frame.failure());
      }
      return;
    }
    inFlight.decrementAndGet();
    if (frame.kind() == Frame.ERROR) {
      frame.payload().release();
      w.answer.completeExceptionally(frame.failure());
      return;
    }
    try {
      if (frame.message() instanceof Reply reply) {
        if (!w.answer.complete(new Response(reply, frame.payload()))) {
          frame.payload().release();
        }
        return;
      }
      throw new FsException(Errno.EPROTO, address + " answered a " + w.what + " with a request");
    } catch (FsException e) {
      frame.payload().release();
      w.answer.completeExceptionally(e);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    failAll();
    closed.complete(null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof FsException || cause instanceof IOException) {
      log.debug("the connection to {} broke", address, cause);
    } else if (cause instanceof OutOfMemoryError) {
      // Its callers must know that it is not the server's fault, nor gone by asking another one.
      log.debug("no memory for what {} sends", address, cause);
      failWaiting(
          new FsException(
              Errno.ENOMEM, "no memory for the answer of " + address + ": " + cause.getMessage()));
    } else {
      log.error("the connection to {} is closed because of a mistake in dfs", address, cause);
    }
    ctx.close();
  }

  private void failAll() {
    Outgoing out = outgoing.poll();
    while (out != null) {
      out.head.release();
      if (out.payload != null) {
        out.payload.release();
      }
      inFlight.decrementAndGet();
      queued.decrementAndGet();
      out.waiting.answer.completeExceptionally(lost("is closed"));
      out = outgoing.poll();
    }
    failWaiting(null);
  }

  private void failWaiting(@Nullable FsException failure) {
    List<Waiting> all = new ArrayList<>(waiting.values());
    waiting.clear();
    inFlight.addAndGet(-all.size());
    for (Waiting w : all) {
      w.answer.completeExceptionally(
          failure != null ? failure : lost("was lost while it had to answer a " + w.what));
    }
  }

  private FsException lost(String how) {
    return new FsException(Errno.EHOSTUNREACH, "the connection to " + address + " " + how);
  }

  @Override
  public boolean isOpen() {
    Channel ch = channel;
    return ch != null && ch.isActive();
  }

  @Override
  public int inFlight() {
    return inFlight.get();
  }

  @Override
  public CompletableFuture<Void> closed() {
    return closed;
  }

  @Override
  public void close() {
    Channel ch = channel;
    if (ch != null) {
      ch.close();
    }
  }
}
