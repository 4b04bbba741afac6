package io.dfs.common.net;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into {@link Frame}s. Confined to whoever reads the stream. A frame over
 * the limits, or bytes that are no frame, throw EPROTO before anything is allocated for them; the
 * stream is of no use after that.
 */
final class FrameParser {
  private static final byte[] NO_BYTES = new byte[0];

  private final NetLimits limits;
  private final byte[] header = new byte[Frame.HEADER_BYTES];
  private int headerFilled;
  private byte[] control = NO_BYTES;
  private int controlFilled;
  private @Nullable ByteBuf payload;
  private boolean broken;

  FrameParser(NetLimits limits) {
    this.limits = limits;
  }

  /** The payload whose bytes come next, or null when something else does. It stays the parser's. */
  @Nullable ByteBuf payloadExpected() {
    return controlFilled < control.length ? null : payload;
  }

  /** Takes note of bytes that were received into {@link #payloadExpected} directly. */
  void payloadReceived(ByteBuf target, int writerIndex, Consumer<Frame> frames) {
    target.writerIndex(writerIndex);
    if (!target.isWritable()) {
      emit(frames);
    }
  }

  /** Reads all of {@code in}, which stays the caller's. Whoever gets a frame owns its payload. */
  void feed(ByteBuf in, ByteBufAllocator allocator, Consumer<Frame> frames) {
    while (in.isReadable() && !broken) {
      try {
        step(in, allocator, frames);
      } catch (FsException e) {
        broken = true;
        throw e;
      }
    }
  }

  private void step(ByteBuf in, ByteBufAllocator allocator, Consumer<Frame> frames) {
    if (headerFilled < header.length) {
      int n = Math.min(in.readableBytes(), header.length - headerFilled);
      in.readBytes(header, headerFilled, n);
      headerFilled += n;
      if (headerFilled < header.length) {
        return;
      }
      begin(allocator);
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
      emit(frames);
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

  private void emit(Consumer<Frame> frames) {
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
    frames.accept(frame);
  }

  private long number(int from, int bytes) {
    long value = 0;
    for (int i = from; i < from + bytes; i++) {
      value = (value << 8) | (header[i] & 0xff);
    }
    return value;
  }

  /** Releases what has been received of an unfinished frame; nothing is parsed any more. */
  void close() {
    broken = true;
    if (payload != null) {
      payload.release();
      payload = null;
    }
  }
}
