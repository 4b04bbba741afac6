package io.dfs.common.net;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Message;
import io.dfs.common.message.MessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One frame as it was received. All numbers are big-endian.
 *
 * <pre>
 *   0        4      5      6      8            16              20            20+c           4+length
 *  +--------+------+------+------+------------+---------------+--------------+--------------+
 *  | length | kind | zero | code | call id    | c             | control (c)  | payload      |
 *  | u32    | u8   | u8   | u16  | u64        | u32           | CBOR         | raw bytes    |
 *  +--------+------+------+------+------------+---------------+--------------+--------------+
 * </pre>
 *
 * {@code length} counts what follows it. The answer has the call id of the request, whatever that
 * is (see {@link RequestIds}). {@code code} is {@link MessageCodec}'s. The control part of an
 * {@link #ERROR} is not CBOR: a u32 errno and UTF-8 text, so that peers that understand nothing
 * else of each other understand a refusal.
 *
 * @param payload owned by whoever has the frame
 */
record Frame(int kind, int code, long callId, byte[] control, ByteBuf payload) {
  static final int REQUEST = 1;
  static final int RESPONSE = 2;
  static final int ERROR = 3;

  static final int HEADER_BYTES = 20;
  private static final int MAX_ERROR_TEXT_BYTES = 4096;

  Message message() {
    return MessageCodec.read(code, new ByteArrayInputStream(control));
  }

  FsException failure() {
    if (control.length < 4) {
      return new FsException(Errno.EPROTO, "a malformed error from the peer");
    }
    int errno = ByteBuffer.wrap(control).getInt();
    return new FsException(
        Errno.of(errno), new String(control, 4, control.length - 4, StandardCharsets.UTF_8));
  }

  /** Header and control of a frame whose payload follows; the caller owns the buffer. */
  static ByteBuf head(
      ByteBufAllocator allocator, int kind, long callId, Message message, int payloadBytes) {
    ByteBuf head = allocator.directBuffer(256);
    try {
      head.writerIndex(HEADER_BYTES);
      MessageCodec.write(message, new ByteBufOutputStream(head));
      fillHeader(head, kind, MessageCodec.code(message), callId, payloadBytes);
      return head;
    } catch (RuntimeException e) {
      head.release();
      throw e;
    }
  }

  /** A whole ERROR frame; the caller owns the buffer. */
  static ByteBuf error(ByteBufAllocator allocator, long callId, FsException failure) {
    String message = failure.getMessage();
    byte[] text =
        (message == null ? failure.errno().text() : message).getBytes(StandardCharsets.UTF_8);
    int length = Math.min(text.length, MAX_ERROR_TEXT_BYTES);
    ByteBuf head = allocator.directBuffer(HEADER_BYTES + 4 + length);
    head.writerIndex(HEADER_BYTES);
    head.writeInt(failure.errno().code()).writeBytes(text, 0, length);
    fillHeader(head, ERROR, 0, callId, 0);
    return head;
  }

  private static void fillHeader(ByteBuf head, int kind, int code, long callId, int payloadBytes) {
    int control = head.writerIndex() - HEADER_BYTES;
    head.setInt(0, HEADER_BYTES - 4 + control + payloadBytes);
    head.setByte(4, kind);
    head.setByte(5, 0);
    head.setShort(6, code);
    head.setLong(8, callId);
    head.setInt(16, control);
  }
}
