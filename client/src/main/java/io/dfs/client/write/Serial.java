package io.dfs.client.write;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after another, on the thread of whoever brings one while none runs. Shared; what
 * its tasks touch needs no other lock. Tasks must not wait. One that throws is logged, and the next
 * runs all the same.
 */
final class Serial implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Serial.class);

  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (pending.getAndIncrement() != 0) {
      return;
    }
    do {
      Runnable next = tasks.poll();
      if (next != null) {
        run(next);
      }
    } while (pending.decrementAndGet() != 0);
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a task of a file's writer failed by a fault in dfs", e);
    }
  }
}
