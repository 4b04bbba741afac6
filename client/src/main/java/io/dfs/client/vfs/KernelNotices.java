package io.dfs.client.vfs;

import io.dfs.client.meta.KernelCopies;
import io.dfs.client.meta.MetaCache;
import io.dfs.client.vfs.Vfs.Invalidations;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import io.dfs.common.message.Stale;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands recalls on to the engine that listens, for its kernel. Shared. */
final class KernelNotices implements KernelCopies {
  private static final Logger log = LoggerFactory.getLogger(KernelNotices.class);

  /**
   * A kernel forgets within microseconds, unless it holds a lock on what it is to forget for a
   * request that waits for another client, which may wait for this one. That has to end.
   */
  private static final int MAX_WAIT_MS = 500;

  /**
   * Two clients that write to the same page of a file, of which neither kernel has the rest, would
   * wait so for each other each time. A page that is locked for a write of a part of it is not
   * shown to anybody, and a kernel that can forget has done so within this time.
   */
  private static final int MAX_CONTENDED_MS = 5;

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private volatile Predicate<InodeId> pages = inode -> false;
  private volatile @Nullable Invalidations listener;

  /** Files of which a kernel may hold what another process told it, until all is forgotten. */
  private final AtomicReference<List<InodeId>> takenOver = new AtomicReference<>(List.of());

  void takeOver(List<InodeId> files) {
    takenOver.set(files);
  }

  /** Whether there is a kernel. */
  boolean isHeard() {
    return listener != null;
  }

  void listen(Invalidations to) {
    listener = to;
  }

  /**
   * @param open whether a kernel may keep pages of a file that is open here; it is not asked again
   *     before more were read
   */
  void askOfPages(Predicate<InodeId> open) {
    pages = open;
  }

  /**
   * The content may be as it was, but from now on the nameserver does not count this client among
   * those who have it: an open file's pages go too, as nobody asks before they are shown.
   */
  @Override
  public void forget(Stale stale, boolean data) {
    Invalidations to = listener;
    if (to == null) {
      return;
    }
    Name name = stale.name();
    if (name == null) {
      to.inode(stale.inode(), pages.test(stale.inode()) || data);
    } else {
      to.entry(stale.inode(), name, stale.child());
      to.inode(stale.inode(), true);
    }
  }

  @Override
  public CompletableFuture<Void> settled(BooleanSupplier contended) {
    Invalidations to = listener;
    return to == null ? DONE : settled(to.settled(), contended, MAX_WAIT_MS);
  }

  private static CompletableFuture<Void> settled(
      CompletableFuture<Void> told, BooleanSupplier contended, int leftMs) {
    if (told.isDone()) {
      return DONE;
    }
    return told.thenApply(done -> true)
        .completeOnTimeout(false, MAX_CONTENDED_MS, TimeUnit.MILLISECONDS)
        .thenCompose(
            done -> {
              int left = leftMs - MAX_CONTENDED_MS;
              if (done || contended.getAsBoolean()) {
                return DONE;
              } else if (left <= 0) {
                log.debug("the kernel did not say that it has forgotten");
                return DONE;
              }
              return settled(told, contended, left);
            });
  }

  /**
   * What the kernel has of a file's content is not what the file has.
   *
   * @return completes when it has dropped that, but for a page that it has locked for a write
   */
  CompletableFuture<Void> dropPages(InodeId inode) {
    Invalidations to = listener;
    if (to == null) {
      return DONE;
    }
    to.inode(inode, true);
    return settled(() -> true);
  }

  @Override
  public CompletableFuture<Void> forgetAll(MetaCache cache, int leaseMs) {
    Invalidations to = listener;
    if (to == null) {
      return DONE;
    }
    takenOver.getAndSet(List.of()).forEach(inode -> to.inode(inode, true));
    cache.eachKnown(
        inode -> to.inode(inode, true), (parent, name) -> to.entry(parent, name, InodeId.NONE));
    long agoMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - cache.lastEviction());
    if (agoMs > leaseMs) {
      return settled(() -> false);
    }
    // What the cache had no room for the kernel may still hold, until its time is over.
    CompletableFuture<Void> over = new CompletableFuture<>();
    over.completeOnTimeout(null, leaseMs - agoMs, TimeUnit.MILLISECONDS);
    return settled(() -> false).thenCompose(done -> over);
  }
}
