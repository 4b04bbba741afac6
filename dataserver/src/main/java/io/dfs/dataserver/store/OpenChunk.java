package io.dfs.dataserver.store;

import com.google.errorprone.annotations.Var;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.chunk.ChunkFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chunk in use, whether its file is found yet or not, and the tasks on it, which run one after
 * the other in the order in which they came. Shared.
 */
final class OpenChunk {
  /** Someone who waits until the chunk's first {@code length} bytes are on disk. */
  record SyncWaiter(int length, CompletableFuture<Void> done) {}

  private static final Logger log = LoggerFactory.getLogger(OpenChunk.class);

  /** So many tasks in a row before other chunks have their turn: 4 MiB of the usual pieces. */
  private static final int TURN = 4;

  final ChunkId id;
  private final Executor finders;

  /** Set once, by a task, when the file is found or made. */
  private volatile @Nullable Located located;

  /** Set by the task that deletes the chunk. */
  private volatile boolean deleted;

  @GuardedBy("this")
  private final Queue<Runnable> tasks = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean running;

  @GuardedBy("this")
  private @Nullable List<SyncWaiter> waiters;

  /** Users of this object. Guarded by the lock of {@link OpenChunks}, as is {@link #dropped}. */
  int pins;

  /** Whether nobody can find this object any more; its file closes with the last pin. */
  boolean dropped;

  /** The file and the disk it is on. */
  record Located(ChunkFile file, Disk disk) {}

  /**
   * @param finders run the tasks until it is known on which disk the chunk is
   */
  OpenChunk(ChunkId id, Executor finders) {
    this.id = id;
    this.finders = finders;
  }

  @Nullable Located located() {
    return located;
  }

  void locate(Located found) {
    located = found;
  }

  boolean isDeleted() {
    return deleted;
  }

  void markDeleted() {
    deleted = true;
  }

  /** Runs a task after those given before; the task must not throw. */
  void run(Runnable task) {
    if (add(task)) {
      executor().execute(this::turn);
    }
  }

  /**
   * {@link #run} for a task that writes little or nothing: on the calling thread when the chunk has
   * nothing else to do and its disk is quick, since changing the thread twice costs more than the
   * task.
   */
  void runBrief(Runnable task) {
    if (!add(task)) {
      return;
    }
    Located at = located;
    if (at != null && at.disk.isQuick()) {
      long start = System.nanoTime();
      runNext();
      at.disk.took(System.nanoTime() - start);
      if (isIdle()) {
        return;
      }
    }
    executor().execute(this::turn);
  }

  /** True when the caller has to see that the tasks run. */
  private synchronized boolean add(Runnable task) {
    tasks.add(task);
    boolean first = !running;
    running = true;
    return first;
  }

  /** Whether there is nothing to do; then nobody sees to the tasks any more. */
  private synchronized boolean isIdle() {
    running = !tasks.isEmpty();
    return !running;
  }

  private Executor executor() {
    Located at = located;
    return at == null ? finders : at.disk.writers();
  }

  private void turn() {
    Executor here = executor();
    @Var int left = TURN;
    while (left-- > 0 && executor() == here) {
      if (!runNext()) {
        return;
      }
    }
    executor().execute(this::turn);
  }

  /** False when there is nothing to do; then nobody sees to the tasks any more. */
  private boolean runNext() {
    Runnable task;
    synchronized (this) {
      task = tasks.poll();
      if (task == null) {
        running = false;
        return false;
      }
    }
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      log.error("a task on chunk {} failed", id, e);
    }
    return true;
  }

  /**
   * Adds a waiter to the next fsync.
   *
   * @return whether the caller has to see that one is made
   */
  synchronized boolean addSyncWaiter(SyncWaiter waiter) {
    if (waiters != null) {
      waiters.add(waiter);
      return false;
    }
    waiters = new ArrayList<>(List.of(waiter));
    return true;
  }

  /** The waiters that the fsync now beginning answers; null ends the syncing. */
  synchronized @Nullable List<SyncWaiter> takeSyncWaiters() {
    List<SyncWaiter> taken = waiters;
    if (taken == null || taken.isEmpty()) {
      waiters = null;
      return null;
    }
    waiters = new ArrayList<>();
    return taken;
  }
}
