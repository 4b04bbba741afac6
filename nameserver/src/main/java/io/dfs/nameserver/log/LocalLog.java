package io.dfs.nameserver.log;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.op.StateMachine;
import io.dfs.nameserver.op.StateMachine.Outcome;
import io.dfs.nameserver.state.Changes;
import io.dfs.nameserver.state.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a single nameserver: the store's own write-ahead log. Shared.
 *
 * <p>Submitted commands wait in a bounded queue. Whoever holds {@code applying} is the one that
 * applies: it drains the queue, applies the commands on one view, writes them as one batch (group
 * commit), hands over their effects and completes their futures. A submitter that finds it free
 * takes it, so that a lone client pays no change of thread; after a few batches it leaves the rest
 * to the log's own thread, so that no network thread is held long. Commands that asked for
 * durability wait for a second thread, which syncs once for all that wait, and never hold up the
 * others.
 */
public final class LocalLog implements CommandLog {
  private static final Logger logger = LoggerFactory.getLogger(LocalLog.class);

  /** Each holds a request of some hundred bytes; a full queue is a second of work. */
  private static final int QUEUE = 16_384;

  /** Changes of so many commands are kept in memory for one batch. */
  private static final int BATCH = 256;

  /** Batches that a submitter applies before it hands over. */
  private static final int INLINE_BATCHES = 4;

  /** A submitter applies: it wakes this thread if it leaves work, so this is a safety net. */
  private static final long BUSY_NANOS = 1_000_000;

  private record Pending(Command command, boolean durable, CompletableFuture<Reply> future) {}

  /** A reply that waits for a sync, or a plain wish for one. */
  private record Waiting(CompletableFuture<Reply> future, Reply reply) {}

  private final KeyValueStore store;
  private final EffectListener listener;
  private final boolean inline;
  private final ArrayBlockingQueue<Pending> queue = new ArrayBlockingQueue<>(QUEUE);
  private final ArrayBlockingQueue<Waiting> syncs = new ArrayBlockingQueue<>(QUEUE);
  private final AtomicBoolean applying = new AtomicBoolean();
  private final Thread applyLoop = new Thread(this::applyLoop, "dfs-apply");
  private final Thread syncLoop = new Thread(this::syncLoop, "dfs-sync");
  private volatile boolean closing;
  private volatile boolean applied;
  private volatile @Nullable FsException broken;

  /**
   * @param inline whether submitters apply
   */
  public LocalLog(KeyValueStore store, EffectListener listener, boolean inline) {
    this.store = store;
    this.listener = listener;
    this.inline = inline;
    applyLoop.setDaemon(true);
    syncLoop.setDaemon(true);
  }

  public void start() {
    applyLoop.start();
    syncLoop.start();
  }

  @Override
  public CompletableFuture<Reply> submit(Command command, boolean durable) {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    FsException failed = broken;
    if (failed != null) {
      future.completeExceptionally(failed);
    } else if (closing) {
      future.completeExceptionally(stopping());
    } else if (!queue.offer(new Pending(command, durable, future))) {
      future.completeExceptionally(
          new FsException(Errno.EAGAIN, "the nameserver has too many requests; try again"));
    } else if (inline) {
      applyInline();
    } else if (!applying.get()) {
      LockSupport.unpark(applyLoop);
    }
    return future;
  }

  private static FsException stopping() {
    return new FsException(Errno.EHOSTUNREACH, "the nameserver is stopping; try again");
  }

  private void applyInline() {
    for (int i = 0; i < INLINE_BATCHES && !queue.isEmpty(); i++) {
      if (!applying.compareAndSet(false, true)) {
        return;
      }
      try {
        applyBatch();
      } finally {
        applying.set(false);
      }
    }
    if (!queue.isEmpty()) {
      LockSupport.unpark(applyLoop);
    }
  }

  private void applyLoop() {
    while (!(closing && queue.isEmpty())) {
      if (queue.isEmpty()) {
        LockSupport.park(this);
      } else if (applying.compareAndSet(false, true)) {
        try {
          applyBatch();
        } finally {
          applying.set(false);
        }
      } else {
        LockSupport.parkNanos(this, BUSY_NANOS);
      }
    }
    applied = true;
    LockSupport.unpark(syncLoop);
  }

  /** Runs only while {@code applying} is held. */
  private void applyBatch() {
    List<Pending> batch = new ArrayList<>();
    queue.drainTo(batch, BATCH);
    if (batch.isEmpty()) {
      return;
    }
    Overlay view = new Overlay(store);
    List<Outcome> outcomes = new ArrayList<>(batch.size());
    FsException failure = broken;
    try {
      if (failure == null) {
        for (Pending pending : batch) {
          outcomes.add(StateMachine.apply(view, pending.command));
        }
        listener.changing(changes(outcomes));
        store.write(view.changes());
      }
    } catch (RuntimeException e) {
      failure = FsException.of(e);
      logger.error("changes could not be written; the nameserver refuses more until restarted", e);
      broken = failure;
    }
    for (int i = 0; i < batch.size(); i++) {
      if (failure != null) {
        batch.get(i).future.completeExceptionally(failure);
      } else {
        finish(batch.get(i), outcomes.get(i));
      }
    }
    listener.told();
  }

  private static List<Changes> changes(List<Outcome> outcomes) {
    List<Changes> changes = new ArrayList<>(outcomes.size());
    for (Outcome outcome : outcomes) {
      if (!outcome.changes().isEmpty()) {
        changes.add(outcome.changes());
      }
    }
    return changes;
  }

  private void finish(Pending pending, Outcome outcome) {
    CompletableFuture<Void> seen =
        listener.changed(pending.command, outcome.changes(), outcome.reply());
    try {
      for (Effect effect : outcome.effects()) {
        if (seen == null || !effect.waits()) {
          listener.happened(effect);
        }
      }
    } catch (RuntimeException e) {
      logger.error("an effect of {} was not taken up; please report this", pending.command, e);
    }
    if (seen == null) {
      answer(pending, outcome);
      return;
    }
    seen.whenComplete(
        (done, failure) -> {
          outcome.effects().stream().filter(Effect::waits).forEach(listener::happened);
          answer(pending, outcome);
        });
  }

  private void answer(Pending pending, Outcome outcome) {
    Reply reply = outcome.reply();
    if (reply == null) {
      FsException failure = outcome.failure();
      pending.future.completeExceptionally(
          failure == null ? new FsException(Errno.EIO, "no outcome") : failure);
    } else if (pending.durable) {
      await(new Waiting(pending.future, reply));
    } else {
      pending.future.complete(reply);
    }
  }

  @Override
  public CompletableFuture<Void> sync() {
    CompletableFuture<Reply> future = new CompletableFuture<>();
    if (closing) {
      future.completeExceptionally(stopping());
    } else {
      await(new Waiting(future, Reply.Done.DONE));
    }
    return future.thenAccept(reply -> {});
  }

  private void await(Waiting waiting) {
    if (syncs.offer(waiting)) {
      LockSupport.unpark(syncLoop);
    } else {
      waiting.future.completeExceptionally(
          new FsException(Errno.EAGAIN, "too many requests wait for the disk; try again"));
    }
  }

  private void syncLoop() {
    List<Waiting> waiting = new ArrayList<>();
    while (!(applied && syncs.isEmpty())) {
      if (syncs.isEmpty()) {
        LockSupport.park(this);
        continue;
      }
      waiting.clear();
      syncs.drainTo(waiting);
      try {
        store.sync();
        waiting.forEach(w -> w.future.complete(w.reply));
      } catch (RuntimeException e) {
        // After a failed sync nobody knows what the disk has.
        broken = FsException.of(e);
        logger.error("changes could not be synced; the nameserver refuses more until restarted", e);
        waiting.forEach(w -> w.future.completeExceptionally(e));
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(applyLoop);
    try {
      applyLoop.join();
      syncLoop.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
