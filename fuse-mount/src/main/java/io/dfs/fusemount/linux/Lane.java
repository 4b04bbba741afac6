package io.dfs.fusemount.linux;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * Notices of one kind on their way to the kernel, in the order of arrival, on a thread of its own:
 * the kernel may let it wait for a request that other threads must be free to answer. Notices of
 * the same thing are told once. Shared, bounded.
 *
 * @param <K> what a notice is about
 */
final class Lane<K> implements Runnable {
  /** As many as a client that loses its lease may have to take back; some 20 MiB. */
  private static final int MAX = 200_000;

  private final String name;
  private final BiConsumer<K, Boolean> tell;
  private final Runnable overflow;

  /** What is to be told, and whether the data has changed. */
  @GuardedBy("this")
  private Map<K, Boolean> waiting = new LinkedHashMap<>();

  /** Completes when what is waiting has been told. */
  @GuardedBy("this")
  private CompletableFuture<Void> told = new CompletableFuture<>();

  /** The same of what was taken from there last. */
  @GuardedBy("this")
  private CompletableFuture<Void> telling = CompletableFuture.completedFuture(null);

  @GuardedBy("this")
  private boolean overflowed;

  @GuardedBy("this")
  private boolean idle = true;

  private volatile boolean ended;

  /**
   * @param tell one notice, and whether data has changed; may wait for the kernel
   * @param overflow what stands for those for which there was no room
   */
  Lane(String name, BiConsumer<K, Boolean> tell, Runnable overflow) {
    this.name = name;
    this.tell = tell;
    this.overflow = overflow;
  }

  void start() {
    Thread thread = new Thread(this, name);
    thread.setDaemon(true);
    thread.start();
  }

  void end() {
    ended = true;
    synchronized (this) {
      notifyAll();
    }
  }

  synchronized void add(K notice, boolean data) {
    if (waiting.size() >= MAX && !waiting.containsKey(notice)) {
      overflowed = true;
      return;
    }
    waiting.merge(notice, data, Boolean::logicalOr);
    if (idle) {
      idle = false;
      notifyAll();
    }
  }

  /** Completes when all that came before this call has been told. */
  synchronized CompletableFuture<Void> settled() {
    return (waiting.isEmpty() ? telling : told).copy();
  }

  @Override
  public void run() {
    while (!ended) {
      Map<K, Boolean> batch;
      CompletableFuture<Void> done;
      boolean all;
      synchronized (this) {
        if (waiting.isEmpty()) {
          idle = true;
          try {
            wait();
          } catch (InterruptedException e) {
            return;
          }
          continue;
        }
        batch = waiting;
        waiting = new LinkedHashMap<>();
        done = told;
        telling = done;
        told = new CompletableFuture<>();
        all = overflowed;
        overflowed = false;
      }
      batch.forEach(tell);
      if (all) {
        overflow.run();
      }
      done.complete(null);
    }
  }
}
