package io.dfs.dataserver.report;

import com.google.errorprone.annotations.Var;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ClusterRequest.Inventory;
import io.dfs.common.message.Reply;
import io.dfs.dataserver.store.ChunkStore;
import io.dfs.dataserver.store.Disks;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Walks over the disks now and then and tells the nameserver what is there. */
final class Inventories implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Inventories.class);
  private static final int BATCH = 1000;

  /** After a start there is more urgent work. */
  private static final int FIRST_AFTER_MS = 30_000;

  /** 10,000 chunks a second: 100 million take three hours and hardly disturb. */
  private static final int PAUSE_MS = 100;

  /** Tries of a batch, some seconds apart, before the walk is given up. */
  private static final int TRIES = 10;

  private static final class GivenUp extends RuntimeException {
    private static final long serialVersionUID = 1;

    GivenUp(Throwable cause) {
      super(cause);
    }
  }

  private final ChunkStore store;
  private final Disks disks;
  private final NameserverLink link;
  private final Deletions deletions;
  private final Duration interval;
  private final CountDownLatch registered = new CountDownLatch(1);
  private final Semaphore asked = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "inventory");

  Inventories(
      ChunkStore store, Disks disks, NameserverLink link, Deletions deletions, Duration interval) {
    this.store = store;
    this.disks = disks;
    this.link = link;
    this.deletions = deletions;
    this.interval = interval;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Lets the first walk begin, some time later. */
  void registered() {
    registered.countDown();
  }

  /** The nameserver wants to know soon: something may be here too much. */
  void ask() {
    if (asked.availablePermits() == 0) {
      asked.release();
    }
  }

  /** Waits for the next turn, or until asked. */
  private void await(long ms) throws InterruptedException {
    if (asked.tryAcquire(ms, TimeUnit.MILLISECONDS)) {
      log.debug("the nameserver wants an inventory");
    }
  }

  private void run() {
    try {
      registered.await();
      await(Math.min(FIRST_AFTER_MS, interval.toMillis()));
      while (true) {
        try {
          store.walk(BATCH, this::tell);
        } catch (IOException e) {
          log.warn("the inventory is incomplete: {}", e.toString());
        } catch (GivenUp e) {
          if (e.getCause() instanceof InterruptedException) {
            return;
          }
          log.debug("the inventory could not be told", e);
        }
        await(interval.toMillis());
      }
    } catch (InterruptedException e) {
      log.debug("inventories end");
    }
  }

  private void tell(List<ChunkId> chunks) {
    @Var int tries = TRIES;
    try {
      while (true) {
        try {
          Inventory inventory = new Inventory(disks.identity().node(), chunks);
          deletions.addFromInventory(link.call(inventory, Reply.Garbage.class).delete());
          Thread.sleep(PAUSE_MS);
          return;
        } catch (FsException e) {
          if (--tries == 0) {
            throw new GivenUp(e);
          }
          Thread.sleep(2000);
        }
      }
    } catch (InterruptedException e) {
      throw new GivenUp(e);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
