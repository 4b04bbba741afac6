package io.dfs.common.net;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's end of a connection. First a Hello has to come, within seconds; then every request
 * becomes a {@link Call}.
 *
 * <p>Flow control: a call counts, with the size of its payload, until its answer has been written
 * to the socket. Over the limits the socket is not read, under half of them it is again; so a peer
 * that asks without listening stalls itself.
 *
 * <p>Runs on the connection's event loop but for {@link #answered}.
 */
final class ServerSession extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ServerSession.class);
  private static final int HELLO_TIMEOUT_S = 10;

  private final Channel channel;
  private final NetLimits limits;
  private final Function<Hello, Reply.Welcome> greeting;
  private final CallHandler handler;
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicInteger bytes = new AtomicInteger();
  private @Nullable Hello peer;
  private @Nullable Future<?> helloTimeout;
  private boolean reading;
  private final @Nullable PayloadBudgets budgets;

  /** Set by the first payload: a peer sends payloads of one kind over a connection. */
  private @Nullable PayloadBudget budget;

  /** Whether the budget has to let this connection go on. */
  private boolean heldBack;

  ServerSession(
      Channel channel,
      NetLimits limits,
      Function<Hello, Reply.Welcome> greeting,
      CallHandler handler,
      @Nullable PayloadBudgets budgets) {
    this.budgets = budgets;
    this.channel = channel;
    this.limits = limits;
    this.greeting = greeting;
    this.handler = handler;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    helloTimeout = ctx.executor().schedule(() -> ctx.close(), HELLO_TIMEOUT_S, TimeUnit.SECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (helloTimeout != null) {
      helloTimeout.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    reading = true;
    Frame frame = (Frame) msg;
    if (frame.kind() != Frame.REQUEST) {
      frame.payload().release();
      refuse(
          ctx,
          frame.callId(),
          new FsException(Errno.EPROTO, "only requests may be sent to a server"));
      return;
    }
    Hello from = peer;
    if (from == null) {
      frame.payload().release();
      greet(ctx, frame);
      return;
    }
    Message message;
    try {
      message = frame.message();
    } catch (FsException e) {
      frame.payload().release();
      ctx.write(Frame.error(ctx.alloc(), frame.callId(), e));
      return;
    }
    int size = frame.payload().readableBytes();
    IncomingCall call =
        new IncomingCall(this, from, frame.callId(), message, frame.payload(), size);
    int callsNow = calls.incrementAndGet();
    int bytesNow = bytes.addAndGet(size);
    if (callsNow >= limits.maxInFlightCalls() || bytesNow >= limits.maxInFlightBytes()) {
      channel.config().setAutoRead(false);
    }
    if (size > 0) {
      count(from, message, size);
    }
    try {
      RequestIds.during(frame.callId(), () -> handler.handle(call));
    } catch (RuntimeException | LinkageError e) {
      if (!(e instanceof FsException)) {
        log.error(
            "a {} from {} failed [request {}]",
            message.getClass().getSimpleName(),
            call.peerAddress(),
            call.request(),
            e);
      }
      call.fail(FsException.of(e));
    }
  }

  private void count(Hello from, Message message, int size) {
    PayloadBudget counted = budget;
    if (counted == null && budgets != null && bytes.get() == size) {
      counted = budgets.of(from, message);
      budget = counted;
    }
    if (counted != null && !counted.take(size)) {
      channel.config().setAutoRead(false);
      if (!heldBack) {
        heldBack = true;
        counted.await(() -> channel.eventLoop().execute(this::letGoOn));
      }
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    ctx.flush();
  }

  private void greet(ChannelHandlerContext ctx, Frame frame) {
    try {
      if (!(frame.message() instanceof Hello hello)) {
        throw new FsException(Errno.EPROTO, "a connection begins with a Hello");
      }
      if (hello.protocol() != Hello.PROTOCOL) {
        throw new FsException(
            Errno.EPROTO,
            "the peer speaks protocol "
                + hello.protocol()
                + ", this server "
                + Hello.PROTOCOL
                + "; install the same version of dfs on both");
      }
      Reply.Welcome welcome = greeting.apply(hello);
      peer = hello;
      if (helloTimeout != null) {
        helloTimeout.cancel(false);
      }
      ctx.writeAndFlush(Frame.head(ctx.alloc(), Frame.RESPONSE, frame.callId(), welcome, 0));
    } catch (FsException e) {
      refuse(ctx, frame.callId(), e);
    }
  }

  private void refuse(ChannelHandlerContext ctx, long callId, FsException e) {
    log.warn("closing the connection from {}: {}", ctx.channel().remoteAddress(), e.getMessage());
    ctx.writeAndFlush(Frame.error(ctx.alloc(), callId, e)).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof FsException e) {
      refuse(ctx, 0, e);
    } else {
      if (cause instanceof IOException) {
        log.debug("the connection from {} broke", ctx.channel().remoteAddress(), cause);
      } else {
        log.error(
            "the connection from {} is closed because of a mistake in dfs",
            ctx.channel().remoteAddress(),
            cause);
      }
      ctx.close();
    }
  }

  String peerAddress() {
    return String.valueOf(channel.remoteAddress());
  }

  Channel channel() {
    return channel;
  }

  /**
   * Writes an answer; by any thread.
   *
   * @param body what follows the head: a ByteBuf, a file region or null; released whatever happens
   */
  void answer(ByteBuf head, @Nullable Object body, int callBytes) {
    if (channel.eventLoop().inEventLoop()) {
      write(head, body, callBytes);
      if (!reading) {
        channel.flush();
      }
    } else {
      channel
          .eventLoop()
          .execute(
              () -> {
                write(head, body, callBytes);
                if (!reading) {
                  channel.flush();
                }
              });
    }
  }

  private void write(ByteBuf head, @Nullable Object body, int callBytes) {
    Future<?> last = channel.write(head);
    if (body != null) {
      last = channel.write(body);
    }
    if (last.isDone()) {
      answered(callBytes);
    } else {
      last.addListener(f -> answered(callBytes));
    }
  }

  private void answered(int callBytes) {
    int callsLeft = calls.decrementAndGet();
    int bytesLeft = bytes.addAndGet(-callBytes);
    if (budget != null && callBytes > 0) {
      budget.giveBack(callBytes);
    }
    resumeIf(callsLeft, bytesLeft);
  }

  private void letGoOn() {
    heldBack = false;
    resumeIf(calls.get(), bytes.get());
  }

  private void resumeIf(int callsLeft, int bytesLeft) {
    if (!channel.config().isAutoRead()
        && !heldBack
        && callsLeft <= limits.maxInFlightCalls() / 2
        && bytesLeft <= limits.maxInFlightBytes() / 2) {
      channel.config().setAutoRead(true);
    }
  }
}
