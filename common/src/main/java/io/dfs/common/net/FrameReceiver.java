package io.dfs.common.net;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the stream of one connection into {@link Frame}s. Confined to the connection's event loop.
 *
 * <p>A payload is received in place: once its header is known, the next reads of the socket go
 * straight into the payload's own buffer ({@link #allocator}), so that bulk bytes are not copied
 * between the kernel and whoever uses them. A frame over the limits, or one that is no frame, is an
 * EPROTO for the next handler, which closes the connection; nothing is allocated for it.
 */
final class FrameReceiver extends ChannelInboundHandlerAdapter {
  /**
   * What is read at once while no payload is expected: headers, control messages, the beginning of
   * a payload.
   */
  private static final int READ_BYTES = 32 << 10;

  /** Less than this left of a payload is not worth a read of its own. */
  private static final int IN_PLACE_BYTES = 16 << 10;

  private static final byte[] NO_BYTES = new byte[0];

  private final NetLimits limits;
  private final byte[] header = new byte[Frame.HEADER_BYTES];
  private int headerFilled;
  private byte[] control = NO_BYTES;
  private int controlFilled;
  private @Nullable ByteBuf payload;
  private @Nullable ByteBuf inPlace;
  private boolean broken;

  FrameReceiver(NetLimits limits) {
    this.limits = limits;
  }

  /** The allocator that the channel has to use. */
  RecvByteBufAllocator allocator() {
    return new DefaultMaxMessagesRecvByteBufAllocator() {
      @Override
      @SuppressWarnings("deprecation") // the interface's own return type
      public Handle newHandle() {
        return new MaxMessageHandle() {
          @Override
          public int guess() {
            return READ_BYTES;
          }

          @Override
          public ByteBuf allocate(ByteBufAllocator alloc) {
            ByteBuf target = payload;
            if (target == null
                || controlFilled < control.length
                || target.writableBytes() < IN_PLACE_BYTES) {
              return alloc.directBuffer(READ_BYTES);
            }
            ByteBuf alias = target.retainedDuplicate();
            inPlace = alias;
            return alias;
          }
        };
      }
    };
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the very buffer that allocate() gave out
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ByteBuf in = (ByteBuf) msg;
    ByteBuf target = payload;
    if (in == inPlace && target != null) {
      inPlace = null;
      target.writerIndex(in.writerIndex());
      in.release();
      if (!target.isWritable()) {
        emit(ctx);
      }
      return;
    }
    try {
      while (in.isReadable() && !broken) {
        step(ctx, in);
      }
    } catch (FsException e) {
      broken = true;
      ctx.fireExceptionCaught(e);
    } finally {
      in.release();
    }
  }

  private void step(ChannelHandlerContext ctx, ByteBuf in) {
    if (headerFilled < header.length) {
      int n = Math.min(in.readableBytes(), header.length - headerFilled);
      in.readBytes(header, headerFilled, n);
      headerFilled += n;
      if (headerFilled < header.length) {
        return;
      }
      begin(ctx.alloc());
    }
    if (controlFilled < control.length) {
      int n = Math.min(in.readableBytes(), control.length - controlFilled);
      in.readBytes(control, controlFilled, n);
      controlFilled += n;
    }
    if (controlFilled == control.length) {
      ByteBuf target = payload;
      if (target != null) {
        target.writeBytes(in, Math.min(in.readableBytes(), target.writableBytes()));
        if (target.isWritable()) {
          return;
        }
      }
      emit(ctx);
    }
  }

  private void begin(ByteBufAllocator alloc) {
    long length = number(0, 4);
    long controlBytes = number(16, 4);
    long payloadBytes = length - (Frame.HEADER_BYTES - 4) - controlBytes;
    int kind = header[4];
    if (kind < Frame.REQUEST || kind > Frame.ERROR || header[5] != 0 || payloadBytes < 0) {
      throw new FsException(
          Errno.EPROTO, "these bytes are not a dfs frame; is the peer a dfs program?");
    }
    if (controlBytes > limits.maxControlBytes() || payloadBytes > limits.maxPayloadBytes()) {
      throw new FsException(
          Errno.EPROTO,
          "a frame of "
              + length
              + " bytes is over the limit of "
              + limits.maxControlBytes()
              + " + "
              + limits.maxPayloadBytes());
    }
    control = controlBytes == 0 ? NO_BYTES : new byte[(int) controlBytes];
    controlFilled = 0;
    payload = payloadBytes == 0 ? null : alloc.directBuffer((int) payloadBytes, (int) payloadBytes);
  }

  private void emit(ChannelHandlerContext ctx) {
    ByteBuf target = payload;
    Frame frame =
        new Frame(
            header[4],
            (int) number(6, 2),
            number(8, 8),
            control,
            target == null ? Unpooled.EMPTY_BUFFER : target);
    payload = null;
    control = NO_BYTES;
    controlFilled = 0;
    headerFilled = 0;
    ctx.fireChannelRead(frame);
  }

  private long number(int from, int bytes) {
    long value = 0;
    for (int i = from; i < from + bytes; i++) {
      value = (value << 8) | (header[i] & 0xff);
    }
    return value;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    drop();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    drop();
    ctx.fireChannelInactive();
  }

  private void drop() {
    broken = true;
    if (payload != null) {
      payload.release();
      payload = null;
    }
  }
}
