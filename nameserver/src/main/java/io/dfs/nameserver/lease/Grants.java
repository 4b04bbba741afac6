package io.dfs.nameserver.lease;

import io.dfs.common.id.InodeId;
import io.dfs.nameserver.lease.Writer.Claim;
import io.dfs.nameserver.lease.Writer.Return;
import io.dfs.nameserver.lease.Writer.Writing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which session may keep what, and which may write. Shared; in stripes, each guarded by itself.
 * Lock order: a stripe, then a recipient.
 */
@SuppressWarnings("ReferenceEquality") // holders and recipients are compared by identity
final class Grants {
  private static final int STRIPES = 64;

  /** All stripes together have some million: 20 to 40 MB. */
  static final int MAX_IN_STRIPE = 1 << 14;

  /** With those that are written: whoever may write cannot be counted as writing everything. */
  static final int MAX_WITH_WRITERS = 2 * MAX_IN_STRIPE;

  /** What came of the wish to keep something. */
  enum Granted {
    YES,
    /** Whoever asked has to be taken to hold everything. */
    NO_ROOM,
    /** Another session writes it: it has to be asked first. */
    WRITTEN
  }

  /** How to tell recipients; null when one trusts nothing any more. Called under a stripe. */
  interface Teller {
    @Nullable Recall tell(Recipient recipient);

    @Nullable Return askBack(long key, Tenure tenure);
  }

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

  static InodeId inode(long key) {
    return new InodeId(key >>> 1);
  }

  /** The entries of a directory, and that it has no others. */
  static long entries(InodeId directory) {
    return directory.value() << 1 | 1;
  }

  private HolderTable stripe(long key) {
    return stripes[HolderTable.hash(key) >>> 26];
  }

  /**
   * Lets a session keep something.
   *
   * @param record false for one that is told of everything anyway
   */
  Granted grant(long key, Tenure tenure, boolean record, long nowNanos, Teller teller) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      if (stripe.isOnly(key, tenure) || stripe.isOnly(key, tenure.writing)) {
        return Granted.YES;
      }
      Holder[] now = stripe.get(key);
      List<Holder> then = new ArrayList<>(now.length + 1);
      Holder added = tenure;
      for (Holder holder : now) {
        if (holder == tenure || holder == tenure.writing) {
          return Granted.YES;
        }
        if (holder.isOver(nowNanos)) {
          continue;
        }
        if (holder instanceof Writer writer) {
          if (writer.recipient() != tenure.recipient()) {
            if (!(writer instanceof Claim claim && claim.answers())) {
              return Granted.WRITTEN;
            }
            List<Holder> with = new ArrayList<>(List.of(now));
            forget(claim, tenure.recipient(), teller, with);
            stripe.put(key, with.toArray(Holder[]::new));
            return Granted.YES;
          } else if (writer instanceof Writing) {
            added = tenure.writing;
            continue;
          }
        }
        then.add(holder);
      }
      if (!record && added == tenure) {
        return Granted.YES;
      }
      if (now.length == 0 && stripe.size() >= MAX_IN_STRIPE) {
        return Granted.NO_ROOM;
      }
      then.add(added);
      stripe.put(key, then.toArray(Holder[]::new));
      return Granted.YES;
    }
  }

  /** Has the recipient forget what is claimed; {@code then} gets what changes wait for. */
  private static void forget(Claim claim, Recipient recipient, Teller teller, List<Holder> then) {
    Recall recall = teller.tell(recipient);
    if (recall != null) {
      claim.await(recall.done);
      then.add(new Forgetting(recall));
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
      if (now.length == 0 || (now.length == 1 && isOwn(now[0], by))) {
        return;
      }
      List<Holder> then = new ArrayList<>(now.length + 1);
      List<Recipient> told = new ArrayList<>(2);
      List<Recall> recalls = new ArrayList<>(2);
      for (Holder holder : now) {
        if (holder.isOver(nowNanos)) {
          continue;
        }
        if (holder instanceof Recall earlier) {
          recalls.add(earlier);
        } else if (holder instanceof Forgetting forgetting) {
          then.add(forgetting);
          waits.add(forgetting.recall().done);
        }
      }
      for (Holder holder : now) {
        if (isTold(holder) || holder.isOver(nowNanos)) {
          continue;
        }
        Recipient recipient = holder.recipient();
        if (recipient == by || keep || holder instanceof Writer) {
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

  private static boolean isOwn(Holder holder, @Nullable Recipient by) {
    return !isTold(holder) && holder.recipient() == by;
  }

  /** Whether it stands for something that a session was told, rather than for what it holds. */
  private static boolean isTold(Holder holder) {
    return holder instanceof Recall || holder instanceof Forgetting;
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

  // ---- write leases

  /** A session has just made the inode: true when it may write, as nobody else knows of it. */
  boolean writeNew(long key, Tenure tenure, long nowNanos) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      for (Holder holder : stripe.get(key)) {
        if (!holder.isOver(nowNanos) && !isOwn(holder, tenure.recipient())) {
          return false;
        }
      }
      if (stripe.size() >= MAX_IN_STRIPE && stripe.get(key).length == 0) {
        return false;
      }
      stripe.put(key, tenure.writing);
      return true;
    }
  }

  /**
   * A session wants to write: others have to let go first.
   *
   * @param everywhere who is told of everything
   * @return completes when it is to be tried again; null when the session may write
   */
  @Nullable CompletableFuture<Void> acquire(
      long key, Tenure tenure, Collection<Recipient> everywhere, long nowNanos, Teller teller) {
    // Completed outside the lock: who waits goes on at once, perhaps to another stripe.
    List<Claim> over = new ArrayList<>(1);
    try {
      return acquire(key, tenure, everywhere, nowNanos, teller, over);
    } finally {
      over.forEach(claim -> claim.over.complete(null));
    }
  }

  private @Nullable CompletableFuture<Void> acquire(
      long key,
      Tenure tenure,
      Collection<Recipient> everywhere,
      long nowNanos,
      Teller teller,
      List<Claim> over) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      Holder[] now = stripe.get(key);
      Claim claim = null;
      for (Holder holder : now) {
        if (holder.isOver(nowNanos)) {
          if (holder instanceof Claim dead) {
            over.add(dead);
          }
        } else if (holder instanceof Claim own && own.recipient() == tenure.recipient()) {
          claim = own;
        } else if (holder instanceof Writer writer) {
          if (!(writer instanceof Writing && writer.recipient() == tenure.recipient())) {
            return freed(stripe, key, writer, nowNanos, teller);
          }
        }
      }
      if (now.length == 0 && stripe.size() >= MAX_WITH_WRITERS) {
        return makeRoom(stripe, nowNanos, teller);
      }
      List<Holder> then = new ArrayList<>(2);
      Claim waits = claim == null ? new Claim(tenure) : claim;
      List<Recipient> told = new ArrayList<>(2);
      for (Holder holder : now) {
        boolean own = holder.recipient() == tenure.recipient();
        if (!holder.isOver(nowNanos) && isTold(holder)) {
          then.add(holder);
          if (!own && holder instanceof Recall recall) {
            waits.await(recall.done);
          }
        } else if (!holder.isOver(nowNanos) && !own && !told.contains(holder.recipient())) {
          told.add(holder.recipient());
        }
      }
      if (claim == null) {
        everywhere.stream()
            .filter(r -> r != tenure.recipient() && !told.contains(r))
            .forEach(told::add);
      }
      for (Recipient recipient : told) {
        forget(waits, recipient, teller, then);
      }
      CompletableFuture<Void> waiting = waits.waiting();
      boolean free = waiting.isDone();
      then.add(free ? tenure.writing : waits);
      stripe.put(key, then.toArray(Holder[]::new));
      if (free) {
        over.add(waits);
      }
      return free ? null : waiting;
    }
  }

  /** The session does not want to write any more. */
  void giveUp(long key, Recipient recipient, long nowNanos) {
    List<Claim> over = new ArrayList<>(1);
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      List<Holder> then = new ArrayList<>(2);
      for (Holder holder : stripe.get(key)) {
        if (holder instanceof Claim claim && claim.recipient() == recipient) {
          over.add(claim);
          // What it has read of the inode it may keep.
          then.add(claim.tenure());
        } else if (!holder.isOver(nowNanos)) {
          then.add(holder);
        }
      }
      stripe.put(key, then.toArray(Holder[]::new));
    }
    over.forEach(claim -> claim.over.complete(null));
  }

  /**
   * Asks back the write lease of another session than {@code asker}.
   *
   * @param strict false when the state of before a claim will do
   * @return completes when it is to be looked at again; null when nobody else may write
   */
  @Nullable CompletableFuture<Void> askBack(
      long key, @Nullable Recipient asker, boolean strict, long nowNanos, Teller teller) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      for (Holder holder : stripe.get(key)) {
        if (holder instanceof Writer writer
            && writer.recipient() != asker
            && !writer.isOver(nowNanos)
            && (strict || !(writer instanceof Claim))) {
          return freed(stripe, key, writer, nowNanos, teller);
        }
      }
    }
    return null;
  }

  /** Whether the session may write, or still has to commit what it has written. */
  boolean isWriter(long key, Recipient recipient, long nowNanos) {
    HolderTable stripe = stripe(key);
    synchronized (stripe) {
      for (Holder holder : stripe.get(key)) {
        if ((holder instanceof Writing || holder instanceof Return)
            && holder.recipient() == recipient
            && !holder.isOver(nowNanos)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Under the stripe's lock: when the write lease is free, or the claim is settled. */
  private static CompletableFuture<Void> freed(
      HolderTable stripe, long key, Writer writer, long nowNanos, Teller teller) {
    if (writer instanceof Claim claim) {
      return claim.over;
    }
    if (writer instanceof Return given) {
      return given.done;
    }
    Return asked = teller.askBack(key, ((Writing) writer).tenure());
    Holder[] now = stripe.get(key);
    List<Holder> then = new ArrayList<>(now.length);
    for (Holder holder : now) {
      if (holder != writer && !holder.isOver(nowNanos)) {
        then.add(holder);
      } else if (holder == writer && asked != null) {
        then.add(asked);
      }
    }
    stripe.put(key, then.toArray(Holder[]::new));
    return asked == null ? CompletableFuture.completedFuture(null) : asked.done;
  }

  /** Some other file's write lease is asked back, so that the table stays bounded. */
  private static CompletableFuture<Void> makeRoom(
      HolderTable stripe, long nowNanos, Teller teller) {
    stripe.clean(nowNanos);
    long victim = stripe.findWriter();
    for (Holder holder : stripe.get(victim)) {
      if (holder instanceof Writer writer) {
        return freed(stripe, victim, writer, nowNanos, teller);
      }
    }
    return CompletableFuture.completedFuture(null);
  }

  /** The write lease was given back: what its holder has read of the inode it may keep. */
  void returned(Return given, long nowNanos) {
    HolderTable stripe = stripe(given.key);
    synchronized (stripe) {
      List<Holder> then = new ArrayList<>(2);
      for (Holder holder : stripe.get(given.key)) {
        if (holder == given) {
          if (!given.tenure.isOver(nowNanos)) {
            then.add(given.tenure);
          }
        } else if (!holder.isOver(nowNanos)) {
          then.add(holder);
        }
      }
      stripe.put(given.key, then.toArray(Holder[]::new));
    }
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
