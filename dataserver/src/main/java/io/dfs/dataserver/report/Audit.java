package io.dfs.dataserver.report;

import com.google.errorprone.annotations.Var;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.BadCopy;
import io.dfs.common.message.ClusterRequest.Audited;
import io.dfs.common.message.ClusterRequest.BadCopies;
import io.dfs.common.message.ClusterRequest.Expected;
import io.dfs.common.message.Reply;
import io.dfs.dataserver.store.ChunkStore;
import io.dfs.dataserver.store.Disks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what is on the disks with what the nameserver says should be, when it asks for that:
 * after a start, as a disk may be missing or empty, and when a disk has failed. Shared; a thread of
 * its own does the work.
 */
final class Audit implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Audit.class);
  private static final int BATCH = 1000;

  /** 20,000 chunks a second: one look into a folder each. */
  private static final int PAUSE_MS = 50;

  private static final int RETRY_MS = 2000;

  private final ChunkStore store;
  private final Disks disks;
  private final NameserverLink link;
  private final Semaphore asked = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "audit");

  Audit(ChunkStore store, Disks disks, NameserverLink link) {
    this.store = store;
    this.disks = disks;
    this.link = link;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** The nameserver wants one; while one is under way that is enough. */
  void ask() {
    if (asked.availablePermits() == 0) {
      asked.release();
    }
  }

  private void run() {
    try {
      while (true) {
        asked.acquire();
        try {
          compare();
          // What was asked meanwhile is answered by this.
          asked.drainPermits();
        } catch (FsException e) {
          log.debug("the audit is interrupted and begins again", e);
          Thread.sleep(RETRY_MS);
        }
      }
    } catch (InterruptedException e) {
      log.debug("audits end");
    }
  }

  private void compare() throws InterruptedException {
    NodeId self = disks.identity().node();
    @Var ChunkId after = new ChunkId(0);
    @Var long missing = 0;
    while (true) {
      Reply.ExpectedChunks page =
          link.call(new Expected(self, after, BATCH), Reply.ExpectedChunks.class);
      List<BadCopy> bad = new ArrayList<>();
      for (int i = 0; i < page.chunks().size(); i++) {
        ChunkId chunk = page.chunks().get(i);
        if (!store.seems(chunk, page.lengths()[i])) {
          bad.add(new BadCopy(chunk, self, "it is not on a disk that works"));
        }
        after = chunk;
      }
      if (!bad.isEmpty()) {
        link.call(new BadCopies(self, bad), Reply.Done.class);
      }
      missing += bad.size();
      if (page.end() || page.chunks().isEmpty()) {
        break;
      }
      Thread.sleep(PAUSE_MS);
    }
    link.call(new Audited(self), Reply.Done.class);
    if (missing > 0) {
      log.warn("{} chunks that should be here are missing; they are copied from others", missing);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
