package io.dfs.dataserver.rewrite;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest.TakeRewrite;
import io.dfs.common.message.Reply;
import io.dfs.common.message.RewriteTask;
import io.dfs.dataserver.replicate.Forwarder;
import io.dfs.dataserver.report.NameserverCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the nameserver for copies to make and makes them, one at a time. Shared; the work is done by
 * one thread of its own.
 */
public final class Rewriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Rewriter.class);

  /** After a failure to ask: the heartbeats find the nameserver again. */
  private static final int RETRY_MS = 2000;

  private static final int MAX_POLL_MS = 60_000;

  private final NameserverCalls nameserver;
  private final Supplier<NodeId> node;
  private final Forwarder servers;
  private final Thread thread = new Thread(this::run, "rewrite");

  /**
   * @param servers links of its own, so that copies wait for nothing that clients wait for
   */
  public Rewriter(NameserverCalls nameserver, Supplier<NodeId> node, Forwarder servers) {
    this.nameserver = nameserver;
    this.node = node;
    this.servers = servers;
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    List<RewriteTask.Result> results = new ArrayList<>();
    try {
      while (true) {
        int pauseMs;
        try {
          Reply.Rewrites answer =
              nameserver.call(new TakeRewrite(node.get(), results), Reply.Rewrites.class);
          results.clear();
          for (RewriteTask task : answer.tasks()) {
            results.add(new RewriteTask.Result(task.id(), copy(task)));
          }
          pauseMs = results.isEmpty() ? Math.min(answer.pollMs(), MAX_POLL_MS) : 0;
        } catch (FsException e) {
          log.debug("no work could be asked for", e);
          pauseMs = RETRY_MS;
        }
        Thread.sleep(pauseMs);
      }
    } catch (InterruptedException e) {
      log.debug("rewriting ends");
    } catch (RuntimeException e) {
      log.error("rewriting ends by a fault of this program; restart the dataserver", e);
    }
  }

  /** Empty when it was made, else why not. */
  private String copy(RewriteTask task) throws InterruptedException {
    try {
      new Copy(task, servers).run();
      return "";
    } catch (FsException e) {
      log.warn("copying into chunk {} failed: {}", task.chunk(), e.getMessage());
      return e.errno() + " " + e.getMessage();
    } catch (IllegalArgumentException e) {
      return Errno.EPROTO + " " + e.getMessage();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
