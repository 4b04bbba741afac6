package io.dfs.common.net;

import io.dfs.common.error.FsException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a Netty channel receives into {@link Frame}s. Confined to the connection's event loop.
 *
 * <p>A payload is received in place: once its header is known, the next reads of the socket go
 * straight into the payload's own buffer ({@link #allocator}), so that bulk bytes are not copied
 * between the kernel and whoever uses them. What is no frame is an exception for the next handler,
 * which closes the connection.
 */
final class FrameReceiver extends ChannelInboundHandlerAdapter {
  /**
   * What is read at once while no payload is expected: headers, control messages, the beginning of
   * a payload.
   */
  private static final int READ_BYTES = 32 << 10;

  /** Less than this left of a payload is not worth a read of its own. */
  private static final int IN_PLACE_BYTES = 16 << 10;

  private final FrameParser parser;
  private @Nullable ByteBuf inPlace;

  FrameReceiver(NetLimits limits) {
    parser = new FrameParser(limits);
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
            ByteBuf target = parser.payloadExpected();
            if (target == null || target.writableBytes() < IN_PLACE_BYTES) {
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
    ByteBuf target = parser.payloadExpected();
    try {
      if (in == inPlace && target != null) {
        inPlace = null;
        parser.payloadReceived(target, in.writerIndex(), ctx::fireChannelRead);
      } else {
        parser.feed(in, ctx.alloc(), ctx::fireChannelRead);
      }
    } catch (FsException e) {
      ctx.fireExceptionCaught(e);
    } finally {
      in.release();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    parser.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    parser.close();
    ctx.fireChannelInactive();
  }
}
