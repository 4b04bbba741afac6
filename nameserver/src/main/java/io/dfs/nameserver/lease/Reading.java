package io.dfs.nameserver.lease;

import io.dfs.common.id.InodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One question's grants: to be asked for before each thing is read. Confined to the question.
 *
 * <p>A session that keeps nothing is granted nothing, but sees changes in the same order.
 */
public final class Reading {
  private static final CompletableFuture<Void> NOW = CompletableFuture.completedFuture(null);

  private final Recalls recalls;
  private final @Nullable Recipient asker;
  private final long nowNanos;
  private final List<Long> keys = new ArrayList<>(2);

  /** Those that another session writes. */
  private final List<Long> written = new ArrayList<>(0);

  Reading(Recalls recalls, @Nullable Recipient asker, long nowNanos) {
    this.recalls = recalls;
    this.asker = asker;
    this.nowNanos = nowNanos;
  }

  /** The inode will be read. */
  public void inode(InodeId inode) {
    grant(Grants.inode(inode));
  }

  /** Entries of the directory will be read. */
  public void entries(InodeId directory) {
    grant(Grants.entries(directory));
  }

  private void grant(long key) {
    keys.add(key);
    if (asker != null && !recalls.grant(key, asker, nowNanos)) {
      written.add(key);
    }
  }

  /**
   * After all was read: what may have been seen before others were told of it, or is not all that
   * was written. It must not be answered, but read again when this completes; null when all is
   * well.
   */
  public @Nullable CompletableFuture<Void> disturbed() {
    CompletableFuture<Void> unfinished = recalls.unfinished(keys, written, asker, nowNanos);
    if (unfinished != null) {
      return unfinished;
    }
    // What another session wrote is committed by now, but was not granted.
    return written.isEmpty() ? recalls.disturbed(keys, asker, nowNanos) : NOW;
  }

  /**
   * After all was read: whether the session may keep it, which is for those who would rather not
   * tell it than wait or have others commit what they write.
   */
  public boolean mayKeep() {
    return asker != null && written.isEmpty() && recalls.disturbed(keys, asker, nowNanos) == null;
  }
}
