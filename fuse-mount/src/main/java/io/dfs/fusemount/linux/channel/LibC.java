package io.dfs.fusemount.linux.channel;

import com.kenai.jffi.LastError;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.memory.Memory;
import io.dfs.fusemount.mount.PathEncoding;
import java.nio.charset.StandardCharsets;
import jnr.ffi.LibraryLoader;

/**
 * The functions of the C library that the engine calls; pointers are addresses. Each gives -1 for
 * an error, whose number {@link #errno} has until the thread's next call.
 */
public interface LibC {
  LibC LIBC = LibraryLoader.create(LibC.class).failImmediately().load("c");

  int O_RDWR = 2;
  int O_CLOEXEC = 02000000;

  int open(long path, int flags);

  int close(int descriptor);

  long read(int descriptor, long buffer, long bytes);

  long write(int descriptor, long buffer, long bytes);

  long writev(int descriptor, long parts, int count);

  int ioctl(int descriptor, long request, long argument);

  int mount(long source, long target, long type, long flags, long data);

  int chdir(long path);

  int socket(int domain, int type, int protocol);

  int bind(int descriptor, long address, int addressBytes);

  int listen(int descriptor, int backlog);

  int accept4(int descriptor, long address, long addressBytes, int flags);

  int connect(int descriptor, long address, int addressBytes);

  int setsockopt(int descriptor, int level, int name, long value, int bytes);

  int getsockopt(int descriptor, int level, int name, long value, long bytes);

  int shutdown(int descriptor, int how);

  long sendmsg(int descriptor, long message, int flags);

  int socketpair(int domain, int type, int protocol, long descriptors);

  long recvmsg(int descriptor, long message, int flags);

  int posix_spawn_file_actions_init(long actions);

  int posix_spawn_file_actions_adddup2(long actions, int descriptor, int as);

  int posix_spawn_file_actions_destroy(long actions);

  int waitpid(int pid, long statusOut, int options);

  int getuid();

  int getgid();

  /** Of the calling thread's last call. */
  static int errno() {
    return LastError.getInstance().get();
  }

  static FsException failure(String what) {
    int code = errno();
    return new FsException(
        Errno.of(code), what + ": " + Errno.of(code).text() + " (error " + code + ")");
  }

  /** A C string, to be freed. */
  static long string(String ascii) {
    return string(ascii.getBytes(StandardCharsets.UTF_8));
  }

  /** A C string, to be freed. */
  static long string(byte[] bytes) {
    long address = Memory.allocate(bytes.length + 1L);
    Memory.putString(address, bytes);
    return address;
  }

  /** Makes {@code path}, or else the root, the working directory of this process. */
  static void changeDirectory(String path) {
    for (String each : new String[] {path, "/"}) {
      long string = string(each.getBytes(PathEncoding.charset()));
      try {
        if (LIBC.chdir(string) == 0) {
          return;
        }
      } finally {
        Memory.free(string);
      }
    }
  }

  /** {@code path} opened. */
  static int openFile(String path, int flags) {
    long string = string(path);
    try {
      int descriptor = LIBC.open(string, flags);
      if (descriptor < 0) {
        throw failure("opening " + path);
      }
      return descriptor;
    } finally {
      Memory.free(string);
    }
  }
}
