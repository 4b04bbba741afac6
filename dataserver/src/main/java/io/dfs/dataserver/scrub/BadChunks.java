package io.dfs.dataserver.scrub;

import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Query.ReportReplica;
import io.dfs.common.message.Reply;
import io.dfs.dataserver.report.NameserverCalls;
import io.dfs.dataserver.store.ChunkStore;
import io.dfs.dataserver.store.DiskChunks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets bad chunks aside and tells the nameserver, again now and then while no good copy has come
 * back. Shared.
 */
final class BadChunks {
  private static final Logger log = LoggerFactory.getLogger(BadChunks.class);

  private final ChunkStore store;
  private final NameserverCalls nameserver;
  private final Supplier<NodeId> node;

  BadChunks(ChunkStore store, NameserverCalls nameserver, Supplier<NodeId> node) {
    this.store = store;
    this.nameserver = nameserver;
    this.node = node;
  }

  /** Whether the chunk was set aside. */
  boolean found(ChunkId chunk, DiskChunks disk, String problem) throws InterruptedException {
    Path kept;
    try {
      kept = store.setAside(chunk, disk).join();
    } catch (CompletionException e) {
      log.warn(
          "chunk {} on disk {}: {}; it could not be set aside: {}",
          chunk,
          disk,
          problem,
          FsException.of(e).getMessage());
      return false;
    }
    log.warn(
        "chunk {} on disk {} is bad: {}; set aside as {}, and a good copy is asked for",
        chunk,
        disk,
        problem,
        kept);
    report(chunk, problem);
    return true;
  }

  /** Tells again of what waits for a good copy; the nameserver may have missed or lost it. */
  void reportAll() throws InterruptedException {
    try {
      for (ChunkId chunk : store.setAside()) {
        report(chunk, "it was damaged and is set aside");
      }
    } catch (IOException e) {
      log.warn("cannot look what is set aside: {}", e.toString());
    }
  }

  private void report(ChunkId chunk, String problem) throws InterruptedException {
    try {
      nameserver.call(new ReportReplica(chunk, node.get(), problem), Reply.Done.class);
    } catch (FsException e) {
      log.debug("the nameserver will hear of chunk {} later", chunk, e);
    }
  }
}
