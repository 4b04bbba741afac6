package io.dfs.dataserver.scrub;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Reply;
import io.dfs.dataserver.report.NameserverCalls;
import io.dfs.dataserver.store.ChunkStore;
import io.dfs.dataserver.store.DiskChunks;
import io.dfs.dataserver.transfer.Scrubbing;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verification of a dataserver's disks: each goes over its chunks, and what a reader found bad
 * is looked at at once. Shared; the work is done by a thread for each disk and one more.
 */
public final class Scrub implements Scrubbing, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Scrub.class);

  /** Further complaints are dropped: the reader complains again, or the next pass finds it. */
  private static final int MAX_COMPLAINTS = 1000;

  private static final long TEND_MINUTES = 10;

  private final ChunkStore store;
  private final ScrubSettings settings;
  private final BadChunks bad;
  private final List<DiskChunks> disks;
  private final List<DiskScrub> scrubs;
  private final LinkedBlockingQueue<ChunkId> complaints = new LinkedBlockingQueue<>(MAX_COMPLAINTS);
  private final Thread thread = new Thread(this::run, "scrub complaints");

  public Scrub(
      ChunkStore store, NameserverCalls nameserver, Supplier<NodeId> node, ScrubSettings settings) {
    this.store = store;
    this.settings = settings;
    this.bad = new BadChunks(store, nameserver, node);
    this.disks = store.disks();
    this.scrubs =
        disks.stream()
            .map(disk -> new DiskScrub(disk, new ChunkCheck(store), bad, settings))
            .toList();
    thread.setDaemon(true);
  }

  public void start() {
    scrubs.forEach(DiskScrub::start);
    thread.start();
  }

  /** The chunk is verified soon, before others. */
  @Override
  public void complain(ChunkId chunk) {
    if (!complaints.contains(chunk) && !complaints.offer(chunk)) {
      log.debug("too many complaints; chunk {} is left to the next pass", chunk);
    }
  }

  @Override
  public Reply.ScrubStatus answer(ChunkRequest.Scrub request) {
    for (DiskScrub scrub : scrubs) {
      if (request.action() == ChunkRequest.Scrub.START) {
        scrub.want();
      } else if (request.action() != ChunkRequest.Scrub.LOOK) {
        scrub.pause(request.action() == ChunkRequest.Scrub.PAUSE);
      }
    }
    return new Reply.ScrubStatus(scrubs.stream().map(DiskScrub::progress).toList());
  }

  private void run() {
    ChunkCheck check = new ChunkCheck(store);
    long tendedNanos = System.nanoTime() - TimeUnit.MINUTES.toNanos(TEND_MINUTES);
    try {
      while (true) {
        if (System.nanoTime() - tendedNanos > TimeUnit.MINUTES.toNanos(TEND_MINUTES)) {
          tend();
          tendedNanos = System.nanoTime();
        }
        @Nullable ChunkId chunk = complaints.poll(TEND_MINUTES, TimeUnit.MINUTES);
        if (chunk != null) {
          verify(chunk, check);
        }
      }
    } catch (InterruptedException e) {
      log.debug("complaints end");
    } catch (RuntimeException e) {
      log.error("complaints end until the dataserver is restarted; please report this", e);
    }
  }

  private void verify(ChunkId chunk, ChunkCheck check) throws InterruptedException {
    for (DiskChunks disk : disks) {
      if (Files.exists(disk.file(chunk))) {
        String problem = check.check(chunk, disk, bytes -> {}).problem();
        if (!problem.isEmpty()) {
          bad.found(chunk, disk, problem);
        } else {
          log.info("a reader found chunk {} bad, but on disk {} it is good", chunk, disk);
        }
      }
    }
  }

  private void tend() throws InterruptedException {
    bad.reportAll();
    try {
      store.clearQuarantine(settings.keep());
    } catch (IOException e) {
      log.warn("cannot clear what was set aside: {}", e.toString());
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    scrubs.forEach(DiskScrub::stop);
  }
}
