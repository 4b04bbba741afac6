package io.dfs.nameserver.state;

import io.dfs.common.message.Event;
import io.dfs.common.message.Severity;
import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The stored form of an event.
 *
 * <pre>
 * 0 format = 1 [1]   1 severity [1]   2 time [8 + 4]   14 subject: length [2] and UTF-8   text, UTF-8
 * </pre>
 */
final class EventRecord {
  private static final byte FORMAT = 1;
  private static final Severity[] SEVERITIES = Severity.values();

  private EventRecord() {}

  static byte[] encode(Event event) {
    byte[] subject = event.subject().getBytes(StandardCharsets.UTF_8);
    byte[] text = event.text().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(16 + subject.length + text.length)
        .put(FORMAT)
        .put(Format.code(event.severity()))
        .putLong(event.time().seconds())
        .putInt(event.time().nanos())
        .putShort((short) subject.length)
        .put(subject)
        .put(text)
        .array();
  }

  static Event decode(long sequence, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "event");
    Severity severity = SEVERITIES[in.get()];
    Timestamp time = new Timestamp(in.getLong(), in.getInt());
    byte[] subject = new byte[in.getShort()];
    in.get(subject);
    byte[] text = new byte[in.remaining()];
    in.get(text);
    return new Event(
        sequence,
        time,
        severity,
        new String(subject, StandardCharsets.UTF_8),
        new String(text, StandardCharsets.UTF_8));
  }
}
