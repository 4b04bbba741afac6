package io.dfs.common.metrics;

import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Call;
import io.dfs.common.net.CallHandler;
import io.netty.buffer.ByteBuf;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** A handler whose calls are counted and timed. Shared. */
public final class MeasuredHandler implements CallHandler {
  private final CallHandler handler;
  private final CallMetrics metrics;

  public MeasuredHandler(CallHandler handler, CallMetrics metrics) {
    this.handler = handler;
    this.metrics = metrics;
  }

  @Override
  public void handle(Call call) {
    metrics.begun(call.payload().readableBytes());
    MeasuredCall measured = new MeasuredCall(call);
    try {
      handler.handle(measured);
    } catch (RuntimeException e) {
      measured.fail(FsException.of(e));
    }
  }

  private final class MeasuredCall implements Call {
    private final Call call;
    private final long began = System.nanoTime();
    private final AtomicBoolean answered = new AtomicBoolean();

    MeasuredCall(Call call) {
      this.call = call;
    }

    private void ended(int payloadBytes) {
      if (answered.compareAndSet(false, true)) {
        metrics.ended(call.message(), System.nanoTime() - began, payloadBytes);
      }
    }

    @Override
    public Hello peer() {
      return call.peer();
    }

    @Override
    public String peerAddress() {
      return call.peerAddress();
    }

    @Override
    public String request() {
      return call.request();
    }

    @Override
    public Message message() {
      return call.message();
    }

    @Override
    public ByteBuf payload() {
      return call.payload();
    }

    @Override
    public void reply(Reply reply) {
      ended(0);
      call.reply(reply);
    }

    @Override
    public void reply(Reply reply, ByteBuf payload) {
      ended(payload.readableBytes());
      call.reply(reply, payload);
    }

    @Override
    public void reply(Reply reply, FileChannel file, long position, int length, Runnable sent) {
      ended(length);
      call.reply(reply, file, position, length, sent);
    }

    @Override
    public void fail(FsException failure) {
      metrics.failed(call.message(), failure.errno());
      ended(0);
      call.fail(failure);
    }
  }
}
