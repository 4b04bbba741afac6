package io.dfs.client.meta;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.DirtyFile;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.WriteRecall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files this client may hold written bytes of that are not committed. Shared, bounded.
 *
 * <p>A lease is known by the {@link MetaCache#stamp} of the question that brought it, or of the
 * last commit under it. It ends with the client's own lease, when it is asked back, and by itself
 * after {@link #LEASES}. What is asked back notes when, by hash in a table of fixed size: a lease
 * whose question is older is void, so an answer that a recall has overtaken does no harm.
 *
 * <p>The nameserver may think that this client holds one that it has forgotten here: that costs a
 * question, as asking for what one holds is answered at once, and giving back what one does not
 * hold too.
 */
public final class WriteLeases {
  private static final Logger log = LoggerFactory.getLogger(WriteLeases.class);
  private static final int MAX_LEASES = 50_000;

  /**
   * The nameserver counts on at least 8: what was written last is committed within the rest, or has
   * to be claimed anew.
   */
  private static final int LEASES = 4;

  private static final int PLACES = 1 << 14;

  /** How soon to look again whether the nameserver can tell this client of recalls. */
  private static final int UNTRUSTED_MS = 20;

  /** Who holds what was written, and in which order it goes out. */
  public interface Written {
    /** Completes when what is written of the file is committed, or lost; never fails. */
    CompletableFuture<Void> settle(InodeId inode);

    /** The files that are not settled. */
    List<DirtyFile> dirty();
  }

  private final NameserverClient nameserver;
  private final MetaCache cache;
  private final ScheduledExecutorService timer;
  private final long deadlineNanos;
  private final LazyCache<Long, Long> stamps =
      new LazyCache<>(
          () -> Caffeine.newBuilder().maximumSize(MAX_LEASES).executor(Runnable::run).build());
  private final StampTable askedBack = new StampTable(PLACES);
  private final ConcurrentMap<InodeId, CompletableFuture<Long>> asking = new ConcurrentHashMap<>();
  private volatile Written written =
      new Written() {
        @Override
        public CompletableFuture<Void> settle(InodeId inode) {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public List<DirtyFile> dirty() {
          return List.of();
        }
      };

  public WriteLeases(
      NameserverClient nameserver,
      MetaCache cache,
      ScheduledExecutorService timer,
      long deadlineMs) {
    this.nameserver = nameserver;
    this.cache = cache;
    this.timer = timer;
    this.deadlineNanos = TimeUnit.MILLISECONDS.toNanos(deadlineMs);
  }

  /** To be called once, before the first file is opened. */
  public void settleBy(Written by) {
    written = by;
  }

  /** Whether commits are refused without a write lease. */
  public boolean areNeeded() {
    return cache.hasLeases();
  }

  /** Whether bytes of the file may be taken in now. */
  public boolean holds(InodeId inode) {
    if (!cache.hasLeases()) {
      return true;
    }
    Long stamp = stamps.get(inode.value());
    return stamp != null
        && cache.isCurrent(stamp, LEASES)
        && stamp - askedBack.get(place(inode)) >= 0;
  }

  /** The nameserver has granted it in answer to what was asked at {@code stamp}. */
  void granted(InodeId inode, long stamp) {
    stamps.map().put(inode.value(), stamp);
  }

  /** A commit that was sent at {@code stamp} was let through. */
  public void renew(InodeId inode, long stamp) {
    if (holds(inode)) {
      stamps.map().computeIfPresent(inode.value(), (key, was) -> Math.max(was, stamp));
    }
  }

  /**
   * Asks for it. It may have been asked back again when this completes.
   *
   * @return completes with the version of the file's content; fails with ETIMEDOUT after the
   *     client's deadline
   */
  public CompletableFuture<Long> ask(InodeId inode) {
    CompletableFuture<Long> mine = new CompletableFuture<>();
    CompletableFuture<Long> others = asking.putIfAbsent(inode, mine);
    if (others != null) {
      return others;
    }
    CompletableFuture<Long> answer = new CompletableFuture<>();
    answer.whenComplete(
        (version, failure) -> {
          // First: who finds it asked back by now asks anew.
          asking.remove(inode, mine);
          if (failure == null) {
            mine.complete(version);
          } else {
            mine.completeExceptionally(failure);
          }
        });
    ask(inode, System.nanoTime() + deadlineNanos, answer);
    return mine;
  }

  private void ask(InodeId inode, long untilNanos, CompletableFuture<Long> result) {
    if (System.nanoTime() - untilNanos > 0) {
      result.completeExceptionally(
          new FsException(
              Errno.ETIMEDOUT,
              "the right to write inode "
                  + inode
                  + " was not to be had from the nameserver; is it running, and reachable?"));
      return;
    }
    if (cache.hasLeases() && !cache.isTrusted()) {
      askLater(inode, untilNanos, result);
      return;
    }
    long stamp = cache.stamp();
    nameserver
        .query(session -> new Query.AcquireWrite(session, inode), Reply.Node.class)
        .whenComplete(
            (node, failure) -> {
              if (node != null) {
                cache.learn(node.attr(), stamp);
                granted(inode, stamp);
                result.complete(node.attr().version());
              } else if (FsException.of(failure).errno() == Errno.EAGAIN) {
                askLater(inode, untilNanos, result);
              } else {
                result.completeExceptionally(FsException.of(failure));
              }
            });
  }

  private void askLater(InodeId inode, long untilNanos, CompletableFuture<Long> result) {
    try {
      timer.schedule(() -> ask(inode, untilNanos, result), UNTRUSTED_MS, TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.RejectedExecutionException e) {
      result.completeExceptionally(new FsException(Errno.ENODEV, "this client is closed", e));
    }
  }

  /** Whether a write waits for it. */
  boolean isAsking(InodeId inode) {
    return asking.containsKey(inode);
  }

  /** What the nameserver has to know again when it may have forgotten. */
  List<DirtyFile> dirty() {
    return written.dirty();
  }

  /**
   * Gives leases back: takes in no more, and answers each when what was written is committed.
   * Nothing here waits, and no answer to another recall waits for it: what is committed may have to
   * wait for those.
   */
  void askedBack(List<WriteRecall> recalls) {
    List<Long> clean = new ArrayList<>();
    for (WriteRecall recall : recalls) {
      long now = cache.stamp() + 1;
      askedBack.raise(place(recall.inode()), now);
      stamps.remove(recall.inode().value());
      CompletableFuture<Void> settled = written.settle(recall.inode());
      if (settled.isDone()) {
        clean.add(recall.number());
      } else {
        settled.whenComplete((done, failure) -> giveBack(List.of(recall.number())));
      }
    }
    if (!clean.isEmpty()) {
      giveBack(clean);
    }
  }

  private void giveBack(List<Long> numbers) {
    nameserver
        .query(session -> new Query.ReturnWrites(session, numbers), Reply.Done.class)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("write leases were not given back; they end by themselves", failure);
              }
            });
  }

  private static int place(InodeId inode) {
    return (Long.hashCode(inode.value()) * 0x9E3779B9) >>> 18;
  }
}
