package io.dfs.common.net;

/**
 * Which threads may be made to wait for an answer inside {@link Connection#call}. Such a thread
 * does the network's work for its own request, which saves two changes of thread a call; see {@link
 * DirectConnection}.
 */
public final class WaitingThreads {
  private static final ThreadLocal<Boolean> MARK = new ThreadLocal<>();

  private WaitingThreads() {}

  /**
   * The current thread waits for the results of what it calls anyway, and holds no locks when it
   * calls.
   */
  public static void enter() {
    MARK.set(true);
  }

  /** From now on calls of the current thread return before their answer is there. */
  public static void leave() {
    MARK.remove();
  }

  /** Whether the current thread's next call will wait inside. */
  public static boolean isCurrent() {
    return MARK.get() != null;
  }
}
