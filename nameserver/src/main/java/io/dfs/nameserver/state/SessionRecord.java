package io.dfs.nameserver.state;

import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A session as it is stored.
 *
 * <pre>
 * 0 format = 1 [1]   1 ended = 1, caches = 2, or their sum [1]   2 opened [8 + 4]
 * 14 description, UTF-8
 * </pre>
 *
 * @param ended it takes no requests any more, but what it left is still being cleared away
 * @param caches it may keep what it is told, until that is recalled
 */
public record SessionRecord(boolean ended, boolean caches, Timestamp opened, String description) {
  private static final byte FORMAT = 1;
  private static final int ENDED = 1;
  private static final int CACHES = 2;

  byte[] encode() {
    byte[] text = description.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(14 + text.length)
        .put(FORMAT)
        .put((byte) ((ended ? ENDED : 0) | (caches ? CACHES : 0)))
        .putLong(opened.seconds())
        .putInt(opened.nanos())
        .put(text)
        .array();
  }

  static SessionRecord decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "session");
    byte flags = in.get();
    Timestamp opened = new Timestamp(in.getLong(), in.getInt());
    byte[] text = new byte[in.remaining()];
    in.get(text);
    return new SessionRecord(
        (flags & ENDED) != 0,
        (flags & CACHES) != 0,
        opened,
        new String(text, StandardCharsets.UTF_8));
  }
}
