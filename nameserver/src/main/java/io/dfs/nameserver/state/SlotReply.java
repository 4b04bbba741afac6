package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.MessageCodec;
import io.dfs.common.message.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The last request of a session's slot and what it was answered.
 *
 * <pre>
 * 0 format = 1 [1]   1 sequence [8]   9 errno [4]   13 code [4]   17 the reply or the error's text
 * </pre>
 *
 * {@code errno} is 0 for a reply, which then follows as {@link MessageCodec} writes it.
 */
public record SlotReply(long sequence, int errno, int code, byte[] body) {
  private static final byte FORMAT = 1;
  private static final int HEAD = 17;

  public static SlotReply of(long sequence, Reply reply) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    MessageCodec.write(reply, out);
    return new SlotReply(sequence, 0, MessageCodec.code(reply), out.toByteArray());
  }

  public static SlotReply of(long sequence, FsException failure) {
    String text = failure.getMessage() == null ? "" : failure.getMessage();
    return new SlotReply(
        sequence, failure.errno().code(), 0, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The remembered answer again. */
  public Reply replay() {
    if (errno != 0) {
      throw new FsException(Errno.of(errno), new String(body, StandardCharsets.UTF_8));
    }
    return (Reply) MessageCodec.read(code, new ByteArrayInputStream(body));
  }

  byte[] encode() {
    return ByteBuffer.allocate(HEAD + body.length)
        .put(FORMAT)
        .putLong(sequence)
        .putInt(errno)
        .putInt(code)
        .put(body)
        .array();
  }

  static SlotReply decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "slot");
    long sequence = in.getLong();
    int errno = in.getInt();
    int code = in.getInt();
    byte[] body = new byte[in.remaining()];
    in.get(body);
    return new SlotReply(sequence, errno, code, body);
  }
}
