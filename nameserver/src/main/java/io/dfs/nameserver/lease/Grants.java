package io.dfs.nameserver.lease;

import io.dfs.common.id.InodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which session may keep what. Shared; in stripes, each guarded by itself. Lock order: a stripe,
 * then a recipient.
 */
final class Grants {
  private static final int STRIPES = 64;

  /** All stripes together have some million: 20 to 40 MB. */
  static final int MAX_IN_STRIPE = 1 << 14;

  private final HolderTable[] stripes = new HolderTable[STRIPES];
  private int cleaned;

  Grants() {
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new HolderTable();
    }
  }

  /** The inode itself. */
  static long inode(InodeId inode) {
    return inode.value() << 1;
  }

  /** The entries of a directory, and that it has no others. */
  static long entries(InodeId directory) {
    return directory.value() << 1 | 1;
  }

  private HolderTable stripe(long key) {
    return stripes[HolderTable.hash(key) >>> 26];
  }

  /** False when there is no room: whoever asked has to be taken to hold everything. */
  boolean grant(long key, Tenure tenure, long nowNanos) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      if (stripe.isOnly(key, tenure)) {
        return true;
      }
      Holder[] now = stripe.get(key);
      List<Holder> then = new ArrayList<>(now.length + 1);
      for (Holder holder : now) {
        if (holder == tenure) {
          return true;
        }
        if (!holder.isOver(nowNanos)) {
          then.add(holder);
        }
      }
      if (now.length == 0 && stripe.size() >= MAX_IN_STRIPE) {
        return false;
      }
      then.add(tenure);
      stripe.put(key, then.toArray(Holder[]::new));
      return true;
    }
  }

  /**
   * Something has changed: tells all who hold it but {@code by}.
   *
   * @param keep whether they go on holding it: a directory of which one entry is recalled
   * @param tell makes a recall of a holder; null when nothing needs to be waited for
   * @param waits gets what there is to wait for, recalls of earlier changes included
   */
  void recall(
      long key,
      @Nullable Recipient by,
      boolean keep,
      long nowNanos,
      Function<Recipient, @Nullable Recall> tell,
      List<CompletableFuture<Void>> waits) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      Holder[] now = stripe.get(key);
      if (now.length == 0 || (now.length == 1 && isOwnTenure(now[0], by))) {
        return;
      }
      List<Holder> then = new ArrayList<>(now.length + 1);
      List<Recipient> told = new ArrayList<>(2);
      List<Recall> recalls = new ArrayList<>(2);
      for (Holder holder : now) {
        if (holder instanceof Recall earlier && !earlier.isOver(nowNanos)) {
          recalls.add(earlier);
        }
      }
      for (Holder holder : now) {
        if (holder instanceof Recall || holder.isOver(nowNanos)) {
          continue;
        }
        Recipient recipient = holder.recipient();
        if (recipient == by || keep) {
          then.add(holder);
        }
        if (recipient != by && !told.contains(recipient)) {
          told.add(recipient);
          Recall recall = tell.apply(recipient);
          if (recall != null) {
            // Answers are in order, so that this one stands for those before it.
            recalls.removeIf(earlier -> earlier.recipient() == recipient);
            recalls.add(recall);
          }
        }
      }
      for (Recall recall : recalls) {
        then.add(recall);
        waits.add(recall.done);
      }
      stripe.put(key, then.toArray(Holder[]::new));
    }
  }

  private static boolean isOwnTenure(Holder holder, @Nullable Recipient by) {
    return holder instanceof Tenure && holder.recipient() == by;
  }

  /** The inode is of no more use to whom it was granted. */
  void drop(long key) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      Holder[] now = stripe.get(key);
      if (now.length == 1 && now[0] instanceof Tenure) {
        stripe.put(key);
      }
    }
  }

  /** A recall of {@code key} that somebody other than {@code asker} has not answered yet. */
  @Nullable CompletableFuture<Void> pending(long key, @Nullable Recipient asker, long nowNanos) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      for (Holder holder : stripe.get(key)) {
        if (holder instanceof Recall recall
            && recall.recipient() != asker
            && !recall.isOver(nowNanos)) {
          return recall.done;
        }
      }
    }
    return null;
  }

  /** Removes what is over from the next stripe. One thread at a time. */
  void cleanNext(long nowNanos) {
    HolderTable stripe = stripes[cleaned++ % STRIPES];
    synchronized (stripe) {
      stripe.clean(nowNanos);
    }
  }

  int size() {
    int size = 0;
    for (HolderTable stripe : stripes) {
      synchronized (stripe) {
        size += stripe.size();
      }
    }
    return size;
  }
}
