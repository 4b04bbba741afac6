package io.dfs.nameserver.compact;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks over all layouts now and then and has rewritten what is worth it. Shared; the looking is
 * done by a thread of its own.
 */
public final class Compaction implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Compaction.class);

  private final Tables tables;
  private final RewriteQueue queue;
  private final NewChunks chunks;
  private final KeptChunks kept;
  private final CompactionSettings settings;
  private final Thread thread = new Thread(this::loop, "dfs-compact");

  @GuardedBy("this")
  private boolean paused;

  @GuardedBy("this")
  private boolean wanted;

  @GuardedBy("this")
  private boolean looking;

  @GuardedBy("this")
  private long rounds;

  @GuardedBy("this")
  private long victims;

  @GuardedBy("this")
  private long fragmented;

  public Compaction(
      Tables tables,
      CommandLog commands,
      RewriteQueue queue,
      NewChunks chunks,
      CompactionSettings settings) {
    this.tables = tables;
    this.queue = queue;
    this.chunks = chunks;
    this.kept = new KeptChunks(tables, commands);
    this.settings = settings;
    thread.setDaemon(true);
  }

  public void start() {
    if (settings.bytesPerSecond() > 0) {
      thread.start();
    }
  }

  /** Periodic work; never waits. */
  public void tick(long nowNanos) {
    queue.tick(nowNanos);
    chunks.tick(queue.idle(), nowNanos);
    kept.tick(nowNanos, System.currentTimeMillis());
  }

  public synchronized Reply.CompactionStatus answer(Query.Compaction query) {
    if (query.action() == Query.Compaction.PAUSE || query.action() == Query.Compaction.RESUME) {
      paused = query.action() == Query.Compaction.PAUSE;
      queue.pause(paused);
      log.info("compaction is {}", paused ? "paused" : "resumed");
    } else if (query.action() == Query.Compaction.NOW) {
      wanted = true;
    }
    notifyAll();
    return queue.status(rounds, looking, victims, fragmented, kept.count());
  }

  private void loop() {
    long seen = -1;
    try {
      while (true) {
        boolean asked = awaitTurn();
        long applied = tables.counter(Counter.APPLIED);
        if (asked || applied != seen) {
          look();
          seen = tables.counter(Counter.APPLIED);
        }
      }
    } catch (InterruptedException e) {
      log.debug("compaction ends");
    } catch (RuntimeException e) {
      log.error("compaction ends until the nameserver is restarted; please report this", e);
    }
  }

  /** Whether somebody asked for it. */
  private synchronized boolean awaitTurn() throws InterruptedException {
    long end = System.nanoTime() + settings.interval().toNanos();
    long left = settings.interval().toMillis();
    while (paused || (!wanted && left > 0)) {
      wait(paused ? 0 : left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
    boolean asked = wanted;
    wanted = false;
    looking = true;
    return asked;
  }

  private void look() throws InterruptedException {
    Look look = new Look(tables, queue, settings, System.currentTimeMillis());
    try {
      look.run();
    } finally {
      synchronized (this) {
        looking = false;
        rounds++;
        victims = look.victims();
        fragmented = look.fragmented();
      }
    }
    if (look.victims() + look.fragmented() > 0) {
      log.info(
          "compaction has worked off {} mostly dead chunks and {} small extents",
          look.victims(),
          look.fragmented());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
