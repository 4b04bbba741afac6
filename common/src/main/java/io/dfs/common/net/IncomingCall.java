package io.dfs.common.net;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Message;
import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultFileRegion;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** A call that came over a {@link ServerSession}. */
final class IncomingCall implements Call {
  private static final Logger log = LoggerFactory.getLogger(IncomingCall.class);
  private static final String REQUEST = " [request ";

  private final ServerSession session;
  private final Hello peer;
  private final long callId;
  private final Message message;
  private final ByteBuf payload;
  private final int payloadBytes;
  private final AtomicBoolean answered = new AtomicBoolean();

  IncomingCall(
      ServerSession session,
      Hello peer,
      long callId,
      Message message,
      ByteBuf payload,
      int payloadBytes) {
    this.session = session;
    this.peer = peer;
    this.callId = callId;
    this.message = message;
    this.payload = payload;
    this.payloadBytes = payloadBytes;
  }

  @Override
  public Hello peer() {
    return peer;
  }

  @Override
  public String peerAddress() {
    return session.peerAddress();
  }

  @Override
  public Message message() {
    return message;
  }

  @Override
  public String request() {
    return RequestIds.text(callId);
  }

  @Override
  public ByteBuf payload() {
    return payload;
  }

  @Override
  public void reply(Reply reply) {
    if (answered.compareAndSet(false, true)) {
      session.answer(head(reply, 0), null, payloadBytes);
    }
  }

  @Override
  public void reply(Reply reply, ByteBuf body) {
    if (answered.compareAndSet(false, true)) {
      session.answer(head(reply, body.readableBytes()), body, payloadBytes);
    } else {
      body.release();
    }
  }

  @Override
  public void reply(Reply reply, FileChannel file, long position, int length, Runnable sent) {
    if (!answered.compareAndSet(false, true)) {
      sent.run();
      return;
    }
    ByteBuf head = head(reply, length);
    session.answer(
        head,
        new DefaultFileRegion(file, position, length) {
          @Override
          protected void deallocate() {
            sent.run();
          }
        },
        payloadBytes);
  }

  @Override
  public void fail(FsException failure) {
    if (!answered.compareAndSet(false, true)) {
      return;
    }
    // A fault of this server, and not of one that it asked, which has logged it.
    boolean fault =
        (failure.errno() == Errno.EIO || failure.errno() == Errno.EBADMSG)
            && !String.valueOf(failure.getMessage()).contains(REQUEST);
    if (fault || log.isDebugEnabled()) {
      log.atLevel(fault ? Level.WARN : Level.DEBUG)
          .log(
              "{} from {} gets {}: {}{}{}]",
              message.getClass().getSimpleName(),
              peerAddress(),
              failure.errno(),
              failure.getMessage(),
              REQUEST,
              request());
    }
    FsException told =
        fault
            ? new FsException(
                failure.errno(), failure.getMessage() + REQUEST + request() + "]", failure)
            : failure;
    session.answer(Frame.error(NetThreads.allocator(), callId, told), null, payloadBytes);
  }

  private ByteBuf head(Reply reply, int bodyBytes) {
    return Frame.head(NetThreads.allocator(), Frame.RESPONSE, callId, reply, bodyBytes);
  }
}
