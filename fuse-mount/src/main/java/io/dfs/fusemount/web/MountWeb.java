package io.dfs.fusemount.web;

import io.dfs.client.vfs.DfsVfs;
import io.dfs.client.vfs.Figures;
import io.dfs.common.config.HostPort;
import io.dfs.common.http.HttpAnswer;
import io.dfs.common.http.HttpServer;
import io.dfs.common.metrics.Metrics;
import io.dfs.common.metrics.MetricsPages;
import io.dfs.common.metrics.OperationTimers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The HTTP port of a mount: its metrics, health and readiness. Shared. */
public final class MountWeb implements AutoCloseable {
  private final Metrics metrics = new Metrics("dfs_mount");
  private final OperationTimers timers;
  private final DfsVfs vfs;
  private volatile @Nullable HttpServer server;

  /** Counts from now on. */
  public MountWeb(DfsVfs vfs) {
    this.vfs = vfs;
    describe(vfs);
    timers = metrics.operations("operation", "Time from a program's call to what it is answered");
  }

  /**
   * Starts to listen; once.
   *
   * @return where
   * @throws io.dfs.common.error.FsException EBUSY when the address cannot be used
   */
  public HostPort listen(HostPort address) {
    HttpServer listening =
        HttpServer.start(
            address,
            new MetricsPages(
                metrics,
                () ->
                    vfs.figures().connected()
                        ? Optional.empty()
                        : Optional.of("the nameserver does not answer"),
                question -> HttpAnswer.notFound(question.path())));
    server = listening;
    return listening.address();
  }

  private void describe(DfsVfs vfs) {
    counter("block_cache_hits", "Blocks that were in memory when read", vfs, Figures::blockHits);
    counter("block_cache_misses", "Runs of blocks to wait for", vfs, Figures::blockMisses);
    gauge("block_cache_bytes", "Blocks in memory", vfs, Figures::blockBytes);
    gauge("disk_cache_bytes", "Blocks in the cache on disk", vfs, Figures::diskBytes);
    counter("metadata_cache_hits", "Attributes and names that were known", vfs, Figures::metaHits);
    counter("metadata_cache_misses", "Those to ask the nameserver for", vfs, Figures::metaMisses);
    gauge("known_inodes", "Inodes whose attributes are in memory", vfs, Figures::knownInodes);
    counter("recalls", "What the nameserver told it to forget", vfs, Figures::recalls);
    metrics.gauge(
        "lease_seconds",
        "For how long what is in memory may be trusted; 0 without leases or cut off",
        vfs,
        v -> v.figures().leaseMs() / 1e3);
    gauge("dirty_bytes", "Written and not on all their servers", vfs, Figures::dirtyBytes);
    metrics.gauge(
        "open_handles", "Open files and directories", vfs, v -> v.figures().openHandles());
    metrics.gauge(
        "connected", "1 while the nameserver is there", vfs, v -> v.figures().connected() ? 1 : 0);
  }

  private interface Figure {
    long of(Figures figures);
  }

  private void counter(String name, String meaning, DfsVfs vfs, Figure figure) {
    metrics.counter(name, meaning, vfs, v -> figure.of(v.figures()));
  }

  private void gauge(String name, String meaning, DfsVfs vfs, Figure figure) {
    metrics.gauge(name, meaning, vfs, v -> figure.of(v.figures()));
  }

  /** What is to be told of each operation. */
  public OperationTimers timers() {
    return timers;
  }

  @Override
  public void close() {
    HttpServer listening = server;
    if (listening != null) {
      listening.close();
    }
  }
}
