package io.dfs.dataserver.scrub;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.ScrubProgress;
import io.dfs.dataserver.pace.Pace;
import io.dfs.dataserver.store.DiskChunks;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes over all chunks of one disk, again and again. Shared; the work is done by a thread of its
 * own.
 *
 * <pre>
 * WAITING -> RUNNING   a period after the last pass began, or when asked to
 * RUNNING -> WAITING   all chunks were verified
 * </pre>
 *
 * In both, it may be paused. Where it is is noted every half minute, so a restart repeats little.
 */
final class DiskScrub {
  private static final Logger log = LoggerFactory.getLogger(DiskScrub.class);
  private static final long NOTE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** Looks whether something was asked for or the time has come. */
  private static final long IDLE_MS = 30_000;

  /** While clients write, a read waits so long for a gap, then takes its turn. */
  private static final int MAX_YIELD_MS = 200;

  private static final int YIELD_MS = 10;

  /** Chunks one after the other that cannot be read at all: it is the disk, not the chunks. */
  private static final int DISK_IS_BAD = 3;

  private final DiskChunks disk;
  private final ChunkCheck check;
  private final BadChunks bad;
  private final ScrubSettings settings;
  private final Thread thread;

  @GuardedBy("this")
  private ScrubState state;

  @GuardedBy("this")
  private boolean wanted;

  private long notedNanos = System.nanoTime();
  private int unreadable;

  DiskScrub(DiskChunks disk, ChunkCheck check, BadChunks bad, ScrubSettings settings) {
    this.disk = disk;
    this.check = check;
    this.bad = bad;
    this.settings = settings;
    this.state = ScrubState.read(disk.directory());
    this.thread = new Thread(this::run, "scrub " + disk.directory().getFileName());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void stop() {
    thread.interrupt();
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Begins a pass, from the beginning, unless one is under way. */
  synchronized void want() {
    wanted = true;
    state = state.paused(false);
    notifyAll();
  }

  synchronized void pause(boolean paused) {
    state = state.paused(paused);
    notifyAll();
  }

  synchronized ScrubProgress progress() {
    return state.progress(disk.toString(), disk.usedBytes());
  }

  private void run() {
    try {
      while (true) {
        awaitTurn();
        if (pass()) {
          synchronized (this) {
            state = state.end(nowSeconds());
          }
        }
        note(true);
      }
    } catch (InterruptedException e) {
      log.debug("scrubbing of {} ends", disk);
      note(true);
    } catch (RuntimeException e) {
      log.error("scrubbing of {} ends until the dataserver is restarted; report this", disk, e);
    }
  }

  private synchronized void awaitTurn() throws InterruptedException {
    while (true) {
      long waitS = wanted ? 0 : ScrubPlan.waitSeconds(state, settings.period(), nowSeconds());
      if (!state.paused() && settings.bytesPerSecond() > 0 && !disk.isFailed() && waitS == 0) {
        if (!state.isRunning()) {
          state = state.begin(nowSeconds());
        }
        wanted = false;
        return;
      }
      wait(waitS == 0 ? IDLE_MS : Math.min(IDLE_MS, waitS * 1000));
    }
  }

  private static long nowSeconds() {
    return System.currentTimeMillis() / 1000;
  }

  /** Whether it came to the end. */
  private boolean pass() throws InterruptedException {
    Pace pace = new Pace(settings.bytesPerSecond());
    while (true) {
      ScrubState now = state();
      List<ChunkId> chunks;
      try {
        chunks = disk.after(now.place(), now.first());
      } catch (IOException e) {
        log.warn("disk {} cannot be listed for scrubbing: {}", disk, e.toString());
        disk.fail(e);
        return false;
      }
      if (chunks.isEmpty()) {
        return true;
      }
      for (ChunkId chunk : chunks) {
        if (state().paused() || disk.isFailed()) {
          return false;
        }
        verify(chunk, pace);
        note(false);
      }
    }
  }

  private synchronized ScrubState state() {
    return state;
  }

  private void verify(ChunkId chunk, Pace pace) throws InterruptedException {
    ChunkCheck.Finding finding =
        check.check(
            chunk,
            disk,
            bytes -> {
              pace.set(rate());
              pace.moved(bytes);
              yieldToClients();
            });
    boolean good = finding.problem().isEmpty();
    unreadable = finding.unreadable() ? unreadable + 1 : good ? 0 : unreadable;
    if (unreadable >= DISK_IS_BAD) {
      // Then each copy is said to be missing by whoever looks for it, and none is moved about.
      disk.fail(new IOException(unreadable + " chunks in a row " + finding.problem()));
      unreadable = 0;
      return;
    }
    boolean aside = !good && bad.found(chunk, disk, finding.problem());
    synchronized (this) {
      state = state.verified(DiskChunks.place(chunk), finding.bytes());
      if (aside) {
        state = state.foundBad();
      }
    }
  }

  private synchronized long rate() {
    return ScrubPlan.rate(
        disk.usedBytes(),
        state.verifiedBytes(),
        settings.period(),
        nowSeconds() - state.startedSeconds(),
        settings.bytesPerSecond());
  }

  private void yieldToClients() throws InterruptedException {
    for (int waited = 0; waited < MAX_YIELD_MS && disk.isBusy(); waited += YIELD_MS) {
      Thread.sleep(YIELD_MS);
    }
  }

  private void note(boolean now) {
    if (!now && System.nanoTime() - notedNanos < NOTE_NANOS) {
      return;
    }
    notedNanos = System.nanoTime();
    try {
      disk.note(ScrubState.FILE, state().text());
    } catch (IOException e) {
      log.debug("cannot note how far scrubbing of {} is", disk, e);
    }
  }
}
