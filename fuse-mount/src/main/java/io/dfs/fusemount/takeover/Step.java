package io.dfs.fusemount.takeover;

import io.dfs.client.vfs.VfsState;
import io.dfs.fusemount.linux.EngineState;
import io.dfs.fusemount.linux.channel.LocalSocket;
import io.dfs.fusemount.linux.channel.LocalSocket.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The messages between the process that serves a mount (old) and the one that takes over (new), in
 * their order.
 *
 * <pre>
 * new -- HELLO(version) --> old      the old one serves on
 * new <-- OFFER(how it was mounted)  the new one gets ready
 * new -- READY --> old               the old one stops serving
 * new <-- STATE, descriptors         the new one takes up the session
 * new -- ACCEPTED --> old
 * new <-- GO                         the old one will not serve again, unless the new one is gone
 * new -- SERVING --> old             the new one serves; the old one ends
 * </pre>
 *
 * <p>REFUSED(why) from the old one in the place of OFFER or STATE ends it. When ACCEPTED does not
 * come, the old one says WITHDRAWN and serves on. So the new one, which serves after GO only, knows
 * by the end of the connection without a word that the old one is dead.
 */
enum Step {
  HELLO(1),
  OFFER(2),
  READY(3),
  STATE(4),
  ACCEPTED(5),
  GO(6),
  SERVING(7),
  REFUSED(8),
  WITHDRAWN(9);

  /** Of these messages; HELLO and REFUSED never change. */
  private static final int MESSAGES = 1;

  /** Of all that is handed over: both processes have to be of the same. */
  static final int VERSION = (MESSAGES * 100 + VfsState.VERSION) * 100 + EngineState.VERSION;

  /** More than a million open files take. */
  private static final int MAX_BYTES = 1 << 28;

  private final int code;

  Step(int code) {
    this.code = code;
  }

  /**
   * Receives the next message; null when the other process has gone.
   *
   * @throws io.dfs.common.error.FsException ETIMEDOUT
   */
  static @Nullable Message receive(LocalSocket socket) {
    return socket.receive(MAX_BYTES);
  }

  void send(LocalSocket socket, byte[] payload, int... descriptors) {
    socket.send(code, payload, descriptors);
  }

  void send(LocalSocket socket) {
    send(socket, new byte[0]);
  }

  boolean is(@Nullable Message message) {
    return message != null && message.type() == code;
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(Message message) {
    return new String(message.payload(), StandardCharsets.UTF_8);
  }

  static byte[] number(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  /** -1 when there is none. */
  static int number(Message message) {
    return message.payload().length < Integer.BYTES
        ? -1
        : ByteBuffer.wrap(message.payload()).getInt();
  }
}
