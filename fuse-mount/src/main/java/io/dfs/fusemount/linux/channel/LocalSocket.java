package io.dfs.fusemount.linux.channel;

import static io.dfs.fusemount.linux.channel.LibC.LIBC;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.memory.Memory;
import io.dfs.fusemount.mount.PathEncoding;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A socket between processes of one machine, which passes messages and descriptors; Java's own pass
 * none. Confined to one thread, but for {@link #stop}.
 *
 * <pre>
 * message   0 type (32)  4 length (32)  8 payload; big-endian. Descriptors come with the first byte.
 * </pre>
 */
public final class LocalSocket implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_CLOEXEC = 02000000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int SHUT_RDWR = 2;
  private static final int ECONNABORTED = 103;
  private static final int ECONNRESET = 104;

  /** {@code sun_path}, with a NUL at its end. */
  private static final int MAX_PATH = 107;

  private static final int ADDRESS_BYTES = 110;
  private static final int HEADER_BYTES = 8;
  private static final int PART_BYTES = 1 << 16;

  /** More than an engine has. */
  private static final int MAX_DESCRIPTORS = 16;

  /** As in the mounting by fusermount3: a msghdr, an iovec and the control message behind them. */
  private static final int IOVEC_AT = 64;

  private static final int CONTROL_AT = 96;
  private static final int CONTROL_HEADER_BYTES = 16;
  private static final int CONTROL_BYTES = CONTROL_HEADER_BYTES + MAX_DESCRIPTORS * Integer.BYTES;
  private static final int PART_AT = CONTROL_AT + CONTROL_BYTES;

  /** A message; whoever receives it closes the descriptors. */
  public record Message(int type, byte[] payload, int[] descriptors) {}

  /** The process at the other end. */
  public record Peer(int pid, int uid) {}

  private final int descriptor;
  private volatile boolean stopped;

  private LocalSocket(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Listens at a path that is not there yet. */
  public static LocalSocket listen(Path path) {
    LocalSocket socket = open();
    try {
      socket.at(path, LIBC::bind, "listening at ");
      if (LIBC.listen(socket.descriptor, 1) < 0) {
        throw LibC.failure("listening at " + path);
      }
      return socket;
    } catch (FsException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Connects.
   *
   * @throws FsException with the reason: ENOENT, ECONNREFUSED, EACCES
   */
  public static LocalSocket connect(Path path) {
    LocalSocket socket = open();
    try {
      socket.at(path, LIBC::connect, "connecting to ");
      return socket;
    } catch (FsException e) {
      socket.close();
      throw e;
    }
  }

  private static LocalSocket open() {
    int descriptor = LIBC.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
      throw LibC.failure("a local socket");
    }
    return new LocalSocket(descriptor);
  }

  private interface AddressCall {
    int call(int descriptor, long address, int bytes);
  }

  private void at(Path path, AddressCall call, String what) {
    byte[] name = path.toString().getBytes(PathEncoding.charset());
    if (name.length > MAX_PATH) {
      throw new FsException(
          Errno.ENAMETOOLONG, path + " is too long for a socket; set XDG_RUNTIME_DIR");
    }
    long address = Memory.allocate(ADDRESS_BYTES);
    try {
      Memory.putShort(address, AF_UNIX);
      Memory.putString(address + Short.BYTES, name);
      if (call.call(descriptor, address, ADDRESS_BYTES) < 0) {
        throw LibC.failure(what + path);
      }
    } finally {
      Memory.free(address);
    }
  }

  /** Waits for the next who connects; null, and this is closed, after {@link #stop}. */
  public @Nullable LocalSocket accept() {
    while (!stopped) {
      int accepted = LIBC.accept4(descriptor, 0, 0, SOCK_CLOEXEC);
      if (accepted >= 0) {
        return new LocalSocket(accepted);
      }
      int errno = LibC.errno();
      if (errno != Errno.EINTR.code() && errno != ECONNABORTED) {
        break;
      }
    }
    close();
    return null;
  }

  /**
   * Ends {@link #accept}, which closes this: else it could come to wait at a descriptor that
   * somebody else has got the number of. Any thread may call.
   */
  public void stop() {
    stopped = true;
    LIBC.shutdown(descriptor, SHUT_RDWR);
  }

  public Peer peer() {
    long memory = Memory.allocate(16);
    try {
      Memory.putInt(memory + 12, 12);
      if (LIBC.getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, memory, memory + 12) < 0) {
        throw LibC.failure("who is at the other end of a socket");
      }
      return new Peer(Memory.getInt(memory), Memory.getInt(memory + 4));
    } finally {
      Memory.free(memory);
    }
  }

  /** How long a step of sending or receiving may wait from now on. */
  public void limit(Duration limit) {
    long timeval = Memory.allocate(16);
    try {
      Memory.putLong(timeval, limit.toSeconds());
      Memory.putLong(timeval + 8, limit.toMillisPart() * 1000L);
      if (LIBC.setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, timeval, 16) < 0
          || LIBC.setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, timeval, 16) < 0) {
        throw LibC.failure("the time limit of a socket");
      }
    } finally {
      Memory.free(timeval);
    }
  }

  /**
   * Sends a message.
   *
   * @param descriptors the receiver gets copies
   * @throws FsException EPIPE when nobody receives any more, ETIMEDOUT
   */
  public void send(int type, byte[] payload, int... descriptors) {
    ByteBuffer all = ByteBuffer.allocate(HEADER_BYTES + payload.length);
    all.putInt(type).putInt(payload.length).put(payload).flip();
    long message = Memory.allocate(PART_AT + PART_BYTES);
    try {
      boolean first = true;
      while (all.hasRemaining()) {
        int part = Math.min(PART_BYTES, all.remaining());
        byte[] bytes = new byte[part];
        all.get(all.position(), bytes);
        Memory.putBytes(message + PART_AT, bytes);
        prepare(message, part, first && descriptors.length > 0 ? descriptors : null);
        long sent = LIBC.sendmsg(descriptor, message, MSG_NOSIGNAL);
        if (sent < 0) {
          failUnlessInterrupted("sending to the other process");
          continue;
        }
        all.position(all.position() + (int) sent);
        first = false;
      }
    } finally {
      Memory.free(message);
    }
  }

  private static void prepare(long message, int bytes, int @Nullable [] descriptors) {
    Memory.putLong(message + 16, message + IOVEC_AT);
    Memory.putLong(message + 24, 1);
    Memory.putLong(message + IOVEC_AT, message + PART_AT);
    Memory.putLong(message + IOVEC_AT + 8, bytes);
    if (descriptors == null) {
      Memory.putLong(message + 32, 0);
      Memory.putLong(message + 40, 0);
      return;
    }
    int length = CONTROL_HEADER_BYTES + descriptors.length * Integer.BYTES;
    Memory.putLong(message + 32, message + CONTROL_AT);
    Memory.putLong(message + 40, (length + 7L) / 8 * 8);
    Memory.putLong(message + CONTROL_AT, length);
    Memory.putInt(message + CONTROL_AT + 8, SOL_SOCKET);
    Memory.putInt(message + CONTROL_AT + 12, SCM_RIGHTS);
    for (int i = 0; i < descriptors.length; i++) {
      Memory.putInt(message + CONTROL_AT + CONTROL_HEADER_BYTES + (long) i * 4, descriptors[i]);
    }
  }

  /**
   * Receives a message; null when the other end is closed.
   *
   * @param maxBytes of the payload
   * @throws FsException ETIMEDOUT, EPROTO when it is longer
   */
  public @Nullable Message receive(int maxBytes) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
    int[] descriptors = receive(header, true);
    if (header.hasRemaining()) {
      return null;
    }
    int type = header.getInt(0);
    int length = header.getInt(4);
    if (length < 0 || length > maxBytes) {
      closeAll(descriptors);
      throw new FsException(Errno.EPROTO, "the other process sends " + length + " bytes");
    }
    ByteBuffer payload = ByteBuffer.allocate(length);
    try {
      receive(payload, false);
    } catch (FsException e) {
      closeAll(descriptors);
      throw e;
    }
    if (payload.hasRemaining()) {
      closeAll(descriptors);
      return null;
    }
    return new Message(type, payload.array(), descriptors);
  }

  /** Fills {@code into} unless the other end is closed; the descriptors that came along. */
  private int[] receive(ByteBuffer into, boolean first) {
    int[] descriptors = {};
    long message = Memory.allocate(PART_AT + PART_BYTES);
    try {
      while (into.hasRemaining()) {
        int part = Math.min(PART_BYTES, into.remaining());
        prepare(message, part, null);
        if (first && descriptors.length == 0) {
          Memory.putLong(message + 32, message + CONTROL_AT);
          Memory.putLong(message + 40, CONTROL_BYTES);
        }
        long received = LIBC.recvmsg(descriptor, message, MSG_CMSG_CLOEXEC);
        if (received < 0) {
          if (LibC.errno() == ECONNRESET) {
            return descriptors;
          }
          failUnlessInterrupted("waiting for the other process");
          continue;
        }
        if (descriptors.length == 0) {
          descriptors = descriptors(message);
        }
        if (received == 0) {
          return descriptors;
        }
        into.put(Memory.bytes(message + PART_AT, (int) received));
      }
      return descriptors;
    } catch (FsException e) {
      closeAll(descriptors);
      throw e;
    } finally {
      Memory.free(message);
    }
  }

  private static int[] descriptors(long message) {
    if (Memory.getLong(message + 40) < CONTROL_HEADER_BYTES
        || Memory.getLong(message + 32) == 0
        || Memory.getInt(message + CONTROL_AT + 8) != SOL_SOCKET
        || Memory.getInt(message + CONTROL_AT + 12) != SCM_RIGHTS) {
      return new int[0];
    }
    long length = Memory.getLong(message + CONTROL_AT);
    int[] descriptors = new int[(int) (length - CONTROL_HEADER_BYTES) / Integer.BYTES];
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i] = Memory.getInt(message + CONTROL_AT + CONTROL_HEADER_BYTES + i * 4L);
    }
    return descriptors;
  }

  private static void failUnlessInterrupted(String what) {
    int errno = LibC.errno();
    if (errno == Errno.EAGAIN.code()) {
      throw new FsException(Errno.ETIMEDOUT, what + " took too long");
    }
    if (errno != Errno.EINTR.code()) {
      throw LibC.failure(what);
    }
  }

  public static void closeAll(int[] descriptors) {
    for (int each : descriptors) {
      LIBC.close(each);
    }
  }

  @Override
  public void close() {
    LIBC.close(descriptor);
  }
}
