package io.dfs.fusemount.linux.mount;

import static io.dfs.fusemount.linux.channel.LibC.LIBC;

import com.kenai.jffi.Function;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.EngineOptions;
import io.dfs.fusemount.linux.channel.LibC;
import io.dfs.fusemount.memory.Memory;
import io.dfs.fusemount.mount.PathEncoding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * fusermount3, which may mount for an ordinary user: it opens the device, mounts, and passes the
 * descriptor over a socket that it inherits. Java's own processes inherit no sockets, so it is
 * started by posix_spawn(3), with the socket in the place of its standard input.
 */
final class UserMount {
  private static final String PROGRAM = "fusermount3";
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_CLOEXEC = 02000000;

  /** More than any C library's {@code posix_spawn_file_actions_t}. */
  private static final int ACTIONS_BYTES = 256;

  /**
   *
   *
   * <pre>
   * msghdr    0 name  8 length of name (32)  16 parts  24 count  32 control  40 length of control
   *          48 flags (32)
   * iovec     0 address  8 length
   * cmsghdr   0 length  8 level (32)  12 type (32)  16 descriptor (32)
   * </pre>
   */
  private static final int IOVEC_AT = 64;

  private static final int BYTE_AT = 80;
  private static final int CONTROL_AT = 96;
  private static final int CONTROL_BYTES = 24;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private UserMount() {}

  static int mount(Path mountPoint, EngineOptions options) {
    List<String> all = new ArrayList<>();
    all.add("fsname=" + options.source().replace("\\", "\\\\").replace(",", "\\,"));
    all.add("subtype=dfs");
    all.addAll(FuseMount.options(options));
    all.addAll(options.kernelFlags());
    List<String> command =
        List.of(PROGRAM, "-o", String.join(",", all), "--", mountPoint.toString());
    long sockets = Memory.allocate(2L * Integer.BYTES);
    try {
      if (LIBC.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0) {
        throw LibC.failure("a socket for " + PROGRAM);
      }
      int mine = Memory.getInt(sockets);
      int theirs = Memory.getInt(sockets + Integer.BYTES);
      try {
        int pid = spawn(command, theirs);
        LIBC.close(theirs);
        theirs = -1;
        int descriptor = receive(mine);
        LIBC.waitpid(pid, 0, 0);
        if (descriptor < 0) {
          throw new FsException(
              Errno.EPERM, PROGRAM + " cannot mount at " + mountPoint + "; it has said why");
        }
        return descriptor;
      } finally {
        LIBC.close(mine);
        if (theirs >= 0) {
          LIBC.close(theirs);
        }
      }
    } finally {
      Memory.free(sockets);
    }
  }

  private static int spawn(List<String> command, int socket) {
    List<String> environment = new ArrayList<>();
    for (Map.Entry<String, String> variable : System.getenv().entrySet()) {
      environment.add(variable.getKey() + "=" + variable.getValue());
    }
    environment.add("_FUSE_COMMFD=0");
    try (Strings arguments = new Strings(command);
        Strings variables = new Strings(environment)) {
      long memory = Memory.allocate(ACTIONS_BYTES + Long.BYTES);
      long actions = memory + Long.BYTES;
      try {
        LIBC.posix_spawn_file_actions_init(actions);
        LIBC.posix_spawn_file_actions_adddup2(actions, socket, 0);
        int error =
            posixSpawn(
                memory, arguments.first(), actions, arguments.address(), variables.address());
        LIBC.posix_spawn_file_actions_destroy(actions);
        if (error != 0) {
          throw new FsException(
              Errno.ENOSYS, PROGRAM + " is missing: install it (apt-get install fuse3)");
        }
        return Memory.getInt(memory);
      } finally {
        Memory.free(memory);
      }
    }
  }

  /** By hand: of six numbers the stubs that jnr-ffi compiles pass the last one wrongly. */
  private static int posixSpawn(
      long pidOut, long program, long actions, long arguments, long environment) {
    long address = Library.getDefault().getSymbolAddress("posix_spawnp");
    if (address == 0) {
      throw new FsException(Errno.ENOSYS, "the C library lacks posix_spawnp");
    }
    Type[] types = new Type[6];
    Arrays.fill(types, Type.POINTER);
    Function function = new Function(address, Type.SINT32, types);
    HeapInvocationBuffer call = new HeapInvocationBuffer(function);
    call.putAddress(pidOut);
    call.putAddress(program);
    call.putAddress(actions);
    call.putAddress(0);
    call.putAddress(arguments);
    call.putAddress(environment);
    return Invoker.getInstance().invokeInt(function, call);
  }

  /** The descriptor that comes over the socket, or -1 when none does. */
  private static int receive(int socket) {
    long message = Memory.allocate(CONTROL_AT + CONTROL_BYTES);
    try {
      Memory.putLong(message + 16, message + IOVEC_AT);
      Memory.putLong(message + 24, 1);
      Memory.putLong(message + 32, message + CONTROL_AT);
      Memory.putLong(message + 40, CONTROL_BYTES);
      Memory.putLong(message + IOVEC_AT, message + BYTE_AT);
      Memory.putLong(message + IOVEC_AT + 8, 1);
      long received;
      do {
        received = LIBC.recvmsg(socket, message, MSG_CMSG_CLOEXEC);
      } while (received < 0 && LibC.errno() == Errno.EINTR.code());
      if (received <= 0
          || Memory.getLong(message + 40) < 20
          || Memory.getInt(message + CONTROL_AT + 8) != SOL_SOCKET
          || Memory.getInt(message + CONTROL_AT + 12) != SCM_RIGHTS) {
        return -1;
      }
      return Memory.getInt(message + CONTROL_AT + 16);
    } finally {
      Memory.free(message);
    }
  }

  /** A C vector of strings, with a null at its end. */
  private static final class Strings implements AutoCloseable {
    private final List<Long> strings = new ArrayList<>();
    private final long vector;

    Strings(List<String> values) {
      vector = Memory.allocate((values.size() + 1L) * Long.BYTES);
      for (String value : values) {
        long string = LibC.string(value.getBytes(PathEncoding.charset()));
        Memory.putLong(vector + (long) strings.size() * Long.BYTES, string);
        strings.add(string);
      }
    }

    long first() {
      return strings.get(0);
    }

    long address() {
      return vector;
    }

    @Override
    public void close() {
      strings.forEach(Memory::free);
      Memory.free(vector);
    }
  }
}
