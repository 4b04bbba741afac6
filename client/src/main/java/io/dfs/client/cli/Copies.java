package io.dfs.client.cli;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The copies of the files of directories, several at once. Used by one thread. When the queue is
 * full, that thread copies, too.
 */
final class Copies {
  /** A small file is mostly waiting for answers. */
  private static final int THREADS = 8;

  private static final int QUEUE = 64;

  /** Copies a file; false when it failed, which it has told. */
  interface Copy {
    boolean run();
  }

  private final AtomicBoolean failed = new AtomicBoolean();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          1,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE),
          task -> {
            Thread thread = new Thread(task, "dfs-copy-file");
            thread.setDaemon(true);
            return thread;
          },
          new ThreadPoolExecutor.CallerRunsPolicy());

  void add(Copy copy) {
    threads.execute(
        () -> {
          boolean done = false;
          try {
            done = copy.run();
          } finally {
            if (!done) {
              failed.set(true);
            }
          }
        });
  }

  /** Waits for all; false when one failed. */
  boolean finish() throws InterruptedException {
    threads.shutdown();
    while (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
      // Each copy has deadlines of its own.
      Thread.onSpinWait();
    }
    return !failed.get();
  }
}
