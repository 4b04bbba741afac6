package io.dfs.dataserver.report;

import com.google.errorprone.annotations.Var;
import io.dfs.common.error.FsException;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.CopyResult;
import io.dfs.common.message.Reply;
import io.dfs.dataserver.replicate.Copier;
import io.dfs.dataserver.store.Disks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches copy orders from the nameserver and tells what came of them, for as long as there are
 * any. Shared; a thread of its own does the work. The nameserver gives an order again when it hears
 * nothing of it, so what is lost here does no harm.
 */
final class CopyWork implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CopyWork.class);

  /** How long a result may wait for others. */
  private static final int GATHER_MS = 20;

  private static final int LOOK_MS = 500;

  private final Copier copier;
  private final Deletions deletions;
  private final NameserverLink link;
  private final Disks disks;
  private final Semaphore woken = new Semaphore(0);
  private final LinkedBlockingQueue<CopyResult> results = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::run, "copy work");

  CopyWork(Copier copier, Deletions deletions, NameserverLink link, Disks disks) {
    this.copier = copier;
    this.deletions = deletions;
    this.link = link;
    this.disks = disks;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** There are orders. */
  void wake() {
    if (woken.availablePermits() == 0) {
      woken.release();
    }
  }

  private void run() {
    try {
      while (true) {
        woken.acquire();
        while (work()) {}
      }
    } catch (InterruptedException e) {
      log.debug("copying ends");
    }
  }

  /** One exchange with the nameserver; false when there is nothing left to do. */
  private boolean work() throws InterruptedException {
    List<CopyResult> done = new ArrayList<>();
    results.drainTo(done);
    Reply.CopyOrders answer;
    try {
      answer =
          link.call(
              new ClusterRequest.CopyWork(disks.identity().node(), done, copier.room()),
              Reply.CopyOrders.class);
    } catch (FsException e) {
      results.addAll(done);
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
      return true;
    }
    copier.setRate(answer.bytesPerSecond());
    for (CopyOrder order : answer.orders()) {
      if (deletions.keep(order.chunk())) {
        copier.submit(order, results::add);
      } else {
        results.add(
            new CopyResult(
                order.chunk(),
                CopyResult.Outcome.UNREACHABLE,
                0,
                List.of(),
                "an old copy is being deleted just now"));
      }
    }
    if (answer.orders().isEmpty() && results.isEmpty() && copier.isIdle()) {
      return false;
    }
    awaitResult();
    return true;
  }

  private void awaitResult() throws InterruptedException {
    @Var CopyResult first = results.poll(LOOK_MS, TimeUnit.MILLISECONDS);
    if (first != null) {
      results.add(first);
      TimeUnit.MILLISECONDS.sleep(GATHER_MS);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
