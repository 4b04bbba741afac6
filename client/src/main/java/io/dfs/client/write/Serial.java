package io.dfs.client.write;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one after another, on the thread of whoever brings one while none runs. Shared; what
 * its tasks touch needs no other lock. Tasks must not wait. One that throws is logged, and the next
 * runs all the same.
 *
 * <p>Who brings tasks has other work, a program's write to answer perhaps, so that it runs {@link
 * #MAX_IN_A_ROW} at most; what has come meanwhile goes on elsewhere.
 */
final class Serial implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Serial.class);

  private static final int MAX_IN_A_ROW = 8;

  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final Executor elsewhere;

  /**
   * @param elsewhere may refuse: then all goes on where it is
   */
  Serial(Executor elsewhere) {
    this.elsewhere = elsewhere;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (pending.getAndIncrement() == 0) {
      runSome();
    }
  }

  private void runSome() {
    int ran = 0;
    do {
      if (ran++ == MAX_IN_A_ROW) {
        try {
          elsewhere.execute(this::runSome);
          return;
        } catch (RejectedExecutionException e) {
          LOG.debug("the client is being closed", e);
        }
      }
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
