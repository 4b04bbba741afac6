package io.dfs.fusemount.linux.channel;

import com.kenai.jffi.Function;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.Type;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.memory.Memory;
import org.jspecify.annotations.Nullable;

/**
 * Gets a thread out of a {@link Channel#receive} that waits: it returns EINTR. Immutable.
 *
 * <p>By a signal whose handler does nothing, as a system call that waits ends with EINTR for a
 * handler and not for a signal that is ignored. A signal that comes before the thread waits is lost
 * and has to be sent again. The functions are looked up when they are needed first, so that a C
 * library that lacks one still mounts.
 */
public final class Wakeup {
  /** A real-time signal, which neither Java nor the C library uses. */
  private static final int SIGNAL = 60;

  /**
   *
   *
   * <pre>
   * struct sigaction of Linux's C libraries, 64 bits
   *   0 handler   8 mask (1024)   136 flags (32)   144 restorer
   * </pre>
   */
  private static final int SIGACTION_BYTES = 152;

  private static volatile @Nullable Wakeup instance;

  private final Function pthreadSelf;
  private final Function pthreadKill;

  private Wakeup() {
    pthreadSelf = new Function(symbol("pthread_self"), Type.POINTER);
    pthreadKill = new Function(symbol("pthread_kill"), Type.SINT32, Type.POINTER, Type.SINT32);
    Function sigaction =
        new Function(symbol("sigaction"), Type.SINT32, Type.SINT32, Type.POINTER, Type.POINTER);
    long action = Memory.allocate(SIGACTION_BYTES);
    try {
      // It takes a number, as a handler does, and leaves no trace.
      Memory.putLong(action, symbol("abs"));
      HeapInvocationBuffer call = new HeapInvocationBuffer(sigaction);
      call.putInt(SIGNAL);
      call.putAddress(action);
      call.putAddress(0);
      if (Invoker.getInstance().invokeInt(sigaction, call) != 0) {
        throw new FsException(Errno.ENOSYS, "signal " + SIGNAL + " cannot be handled");
      }
    } finally {
      Memory.free(action);
    }
  }

  /**
   * The one of this process.
   *
   * @throws FsException ENOSYS where the C library cannot do it
   */
  public static synchronized Wakeup get() {
    Wakeup known = instance;
    if (known == null) {
      known = new Wakeup();
      instance = known;
    }
    return known;
  }

  private static long symbol(String name) {
    long address = Library.getDefault().getSymbolAddress(name);
    if (address == 0) {
      throw new FsException(Errno.ENOSYS, "the C library lacks " + name);
    }
    return address;
  }

  /** What {@link #send} calls the calling thread. */
  public long currentThread() {
    return Invoker.getInstance().invokeAddress(pthreadSelf, new HeapInvocationBuffer(pthreadSelf));
  }

  /** The thread must not have ended. */
  public void send(long thread) {
    HeapInvocationBuffer call = new HeapInvocationBuffer(pthreadKill);
    call.putAddress(thread);
    call.putInt(SIGNAL);
    Invoker.getInstance().invokeInt(pthreadKill, call);
  }
}
