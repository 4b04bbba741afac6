package io.dfs.nameserver.lease;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Stale;
import io.dfs.nameserver.lease.Writer.Return;
import io.dfs.nameserver.state.Changes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the caches of clients in step with the tree: gives grants and takes them back. Shared.
 *
 * <p>One thread at a time announces a batch of changes ({@link #changing}), writes it, has each
 * recalled ({@link #changed}) and ends it ({@link #told}). A question that read something of the
 * batch meanwhile is asked again after it.
 */
public final class Recalls {
  private static final int LEASES_IN_SESSION = 3;
  private static final int SHORTEST_LEASE_MS = 200;

  /** Each waits for other sessions to let go. */
  private static final int MAX_LOOKS = 1000;

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  /** Changes that are written and perhaps not recalled yet. */
  private record Batch(Set<Long> keys, CompletableFuture<Void> told) {}

  private final Grants grants = new Grants();
  private final ConcurrentMap<SessionId, Recipient> recipients = new ConcurrentHashMap<>();

  /** Changes whose makers wait for others: a repeated request waits with them. */
  private final ConcurrentMap<RequestId, CompletableFuture<Void>> waiting =
      new ConcurrentHashMap<>();

  /** Of the next write lease that is asked back: none is ever used again, over restarts too. */
  private final AtomicLong nextReturn = new AtomicLong(System.currentTimeMillis() << 20);

  private final LongSupplier clock;
  private final long leaseMs;
  private final StartGrace grace;
  private volatile @Nullable Batch batch;

  /** Who has something new to hear; of the thread that announces changes. */
  private final Set<Recipient> told = new HashSet<>();

  /**
   * @param sessionLeaseMs after which a silent session ends; a third of it is how long it may keep
   *     what it was told, so that a dead client holds others up no longer than that
   */
  public Recalls(long sessionLeaseMs, long nowNanos) {
    this(sessionLeaseMs, nowNanos, System::nanoTime);
  }

  /**
   * @param clock for what goes on by itself
   */
  Recalls(long sessionLeaseMs, long nowNanos, LongSupplier clock) {
    this.clock = clock;
    leaseMs = Math.max(SHORTEST_LEASE_MS, sessionLeaseMs / LEASES_IN_SESSION);
    grace = new StartGrace(nowNanos + leaseNanos());
  }

  /** For how long after its question a session may trust what it was granted. */
  public long leaseMs() {
    return leaseMs;
  }

  private long leaseNanos() {
    return TimeUnit.MILLISECONDS.toNanos(leaseMs);
  }

  Grants grants() {
    return grants;
  }

  // ---- after a start

  /** A session of before the start may keep things that nobody remembers. */
  public void expect(SessionId session) {
    grace.expect(session);
  }

  /**
   * Changes wait for this, and questions, which may meet a change that was made before the start
   * and not told: sessions of before have dropped what they kept, or their leases have run out.
   * Null when nothing is to be waited for.
   */
  public @Nullable CompletableFuture<Void> ready() {
    return grace.over();
  }

  // ---- sessions

  /** The session asks what it has to forget. */
  public CompletableFuture<Reply> ask(Query.AwaitRecalls q, long nowNanos) {
    return ask(q, List.of(), nowNanos);
  }

  /**
   * @param dirty what it has written and not committed, and nobody has changed since
   */
  public CompletableFuture<Reply> ask(Query.AwaitRecalls q, List<InodeId> dirty, long nowNanos) {
    Recipient recipient =
        recipients.computeIfAbsent(
            q.session(), session -> new Recipient(session, leaseNanos(), nowNanos));
    long waitMs = Math.max(0, Math.min(q.waitMs(), leaseMs / 2));
    CompletableFuture<Reply> answer =
        recipient.ask(q.seen(), q.fresh(), TimeUnit.MILLISECONDS.toNanos(waitMs), nowNanos);
    if (q.fresh()) {
      // Before anybody is answered who waits for the sessions of before the start.
      dirty.forEach(inode -> acquire(recipient, inode, 0, nowNanos));
      grace.arrived(q.session());
    }
    return answer;
  }

  /** How many grants the session may still trust, about. */
  public int granted(SessionId session, long nowNanos) {
    Recipient recipient = recipients.get(session);
    return recipient == null ? 0 : recipient.granted(nowNanos);
  }

  public void ended(SessionId session) {
    grace.arrived(session);
    Recipient recipient = recipients.remove(session);
    if (recipient != null) {
      recipient.end();
    }
  }

  /** To be called several times a lease. */
  public void sweep(long nowNanos) {
    grace.sweep(nowNanos);
    for (Recipient recipient : recipients.values()) {
      recipient.sweep(nowNanos).forEach(overdue -> free(overdue, nowNanos));
    }
    recipients.values().removeIf(recipient -> recipient.isForgotten(nowNanos));
    grants.cleanNext(nowNanos);
  }

  // ---- questions

  /**
   * @param session null when it keeps nothing
   */
  public Reading read(@Nullable SessionId session, long nowNanos) {
    return new Reading(this, session == null ? null : recipients.get(session), nowNanos);
  }

  /** What a writer makes untrue: no version is that of what it will write. */
  private static Stale written(long key) {
    return new Stale(Grants.inode(key), -1, null, InodeId.NONE);
  }

  boolean grant(long key, Recipient asker, long nowNanos) {
    Telling telling = new Telling(written(key), nextReturn, nowNanos);
    boolean granted = asker.grant(grants, key, nowNanos, telling);
    telling.flush();
    return granted;
  }

  /** Has all committed that others have written of {@code keys}, at once. */
  @Nullable CompletableFuture<Void> unfinished(
      List<Long> keys, List<Long> written, @Nullable Recipient asker, long nowNanos) {
    if (recipients.size() <= (asker == null ? 0 : 1)) {
      return null;
    }
    Telling telling = new Telling(null, nextReturn, nowNanos);
    List<CompletableFuture<Void>> waits = new ArrayList<>(0);
    for (Long key : keys) {
      boolean strict = !written.isEmpty() && written.contains(key);
      CompletableFuture<Void> wait = grants.askBack(key, asker, strict, nowNanos, telling);
      if (wait != null) {
        waits.add(wait);
      }
    }
    telling.flush();
    return waits.isEmpty()
        ? null
        : CompletableFuture.allOf(waits.toArray(CompletableFuture[]::new));
  }

  @Nullable CompletableFuture<Void> disturbed(
      List<Long> keys, @Nullable Recipient asker, long nowNanos) {
    Batch now = batch;
    for (Long key : keys) {
      if (now != null && now.keys.contains(key)) {
        return now.told;
      }
    }
    if (recipients.size() <= (asker == null ? 0 : 1)) {
      return null;
    }
    for (Long key : keys) {
      CompletableFuture<Void> pending = grants.pending(key, asker, nowNanos);
      if (pending != null) {
        return pending;
      }
    }
    return null;
  }

  // ---- write leases

  /**
   * The session wants to hold written bytes of the inode.
   *
   * @return completes when it may; fails with EAGAIN when it cannot be told of recalls, or others
   *     are always faster
   */
  public CompletableFuture<Void> acquire(SessionId session, InodeId inode, long nowNanos) {
    Recipient recipient = recipients.get(session);
    return recipient == null
        ? CompletableFuture.failedFuture(
            new FsException(Errno.EAGAIN, "the session does not ask for recalls yet"))
        : acquire(recipient, inode, 0, nowNanos);
  }

  private CompletableFuture<Void> acquire(
      Recipient recipient, InodeId inode, int looks, long nowNanos) {
    long key = Grants.inode(inode);
    if (recipients.get(recipient.session) != recipient) {
      grants.giveUp(key, recipient, nowNanos);
      return CompletableFuture.failedFuture(new FsException(Errno.EAGAIN, "the session has ended"));
    }
    List<Recipient> wild = new ArrayList<>(0);
    for (Recipient each : recipients.values()) {
      if (each.isWild(nowNanos)) {
        wild.add(each);
      }
    }
    Telling telling = new Telling(written(key), nextReturn, nowNanos);
    CompletableFuture<Void> wait =
        grants.acquire(key, recipient.tenure(nowNanos), wild, nowNanos, telling);
    telling.flush();
    if (wait == null) {
      return DONE;
    }
    if (looks == MAX_LOOKS) {
      grants.giveUp(key, recipient, nowNanos);
      return CompletableFuture.failedFuture(
          new FsException(Errno.EAGAIN, "too many clients write the file; try again"));
    }
    return wait.thenCompose(unused -> acquire(recipient, inode, looks + 1, clock.getAsLong()));
  }

  /** Whether the session holds the write lease, or still has to commit what it wrote under it. */
  public boolean mayCommit(SessionId session, InodeId inode, long nowNanos) {
    Recipient recipient = recipients.get(session);
    return recipient != null && grants.isWriter(Grants.inode(inode), recipient, nowNanos);
  }

  /** The session has just made the file: whether it has the write lease. */
  public boolean writeNew(SessionId session, InodeId inode, long nowNanos) {
    Recipient recipient = recipients.get(session);
    return recipient != null
        && grants.writeNew(Grants.inode(inode), recipient.tenure(nowNanos), nowNanos);
  }

  /**
   * The session will change these inodes by other means than its own write lease.
   *
   * @return completes when what others have written is committed; null when that is so
   */
  public @Nullable CompletableFuture<Void> finish(
      SessionId session, List<InodeId> inodes, long nowNanos) {
    List<Long> keys = inodes.stream().map(Grants::inode).toList();
    return unfinished(keys, List.of(), recipients.get(session), nowNanos);
  }

  /** The session has committed what it wrote under these. */
  public void returned(SessionId session, List<Long> numbers, long nowNanos) {
    Recipient recipient = recipients.get(session);
    if (recipient == null) {
      return;
    }
    for (Long number : numbers) {
      Return given = number == null ? null : recipient.takeReturn(number);
      if (given != null) {
        free(given, nowNanos);
      }
    }
  }

  /** What its holder has read of the inode it may keep, and is told of. */
  private void free(Return given, long nowNanos) {
    grants.returned(given, nowNanos);
    given.done.complete(null);
  }

  // ---- changes

  /** These will be written next. Followed by {@link #told}, whatever happens. */
  public void changing(Collection<Changes> all) {
    if (recipients.isEmpty()) {
      return;
    }
    Set<Long> keys = new HashSet<>();
    for (Changes changes : all) {
      changes.inodes().forEach(c -> keys.add(Grants.inode(c.inode())));
      changes.entries().forEach(c -> keys.add(Grants.entries(c.parent())));
    }
    if (!keys.isEmpty()) {
      batch = new Batch(keys, new CompletableFuture<>());
    }
  }

  /**
   * Tells who has to know of changes that are written.
   *
   * @param request of the client that asked for them; it is not told, as the answer tells it
   * @return completes when everybody knows; null when that is so already
   */
  public @Nullable CompletableFuture<Void> changed(
      @Nullable RequestId request, Changes changes, long nowNanos) {
    return changed(request, request == null ? null : request.session(), changes, nowNanos);
  }

  /** As above, by a session that nobody answers for it. */
  public @Nullable CompletableFuture<Void> changed(
      @Nullable RequestId request, @Nullable SessionId by, Changes changes, long nowNanos) {
    if (changes.isEmpty()) {
      return request == null || waiting.isEmpty() ? null : waiting.get(request);
    }
    if (recipients.isEmpty()) {
      return null;
    }
    Recipient maker = by == null ? null : recipients.get(by);
    List<CompletableFuture<Void>> waits = new ArrayList<>(0);
    for (Changes.Changed c : changes.inodes()) {
      Stale stale = new Stale(c.inode(), c.version(), null, InodeId.NONE);
      recall(Grants.inode(c.inode()), maker, false, stale, nowNanos, waits);
      if (c.unnamed()) {
        grants.drop(Grants.inode(c.inode()));
      }
    }
    for (Changes.Entry c : changes.entries()) {
      Stale stale = new Stale(c.parent(), 0, c.name(), c.child());
      recall(Grants.entries(c.parent()), maker, true, stale, nowNanos, waits);
      if (maker != null) {
        grant(Grants.entries(c.parent()), maker, nowNanos);
      }
    }
    return waits.isEmpty() ? null : all(waits, request);
  }

  /**
   * A change was refused, which tells its maker something of what is there: perhaps of a change
   * that others do not know yet.
   *
   * @return completes when everybody knows of all that has happened; null when that is so already
   */
  public @Nullable CompletableFuture<Void> refused() {
    return waiting.isEmpty()
        ? null
        : CompletableFuture.allOf(waiting.values().toArray(CompletableFuture[]::new));
  }

  /**
   * The maker of a change keeps the attributes that it is answered, unless another session has
   * begun to write meanwhile: then it is told to forget them. It also keeps that a directory which
   * it has made is empty.
   *
   * @return completes when it has forgotten; null when there is nothing to wait for
   */
  public @Nullable CompletableFuture<Void> answered(Mutation mutation, Reply reply, long nowNanos) {
    Recipient recipient = recipients.get(mutation.request().session());
    if (recipient == null) {
      return null;
    }
    if (reply instanceof Reply.Node node) {
      if (mutation instanceof Mutation.Mkdir) {
        grant(Grants.entries(node.attr().inode()), recipient, nowNanos);
      }
      return keep(recipient, nowNanos, node.attr(), node.parent());
    } else if (reply instanceof Reply.Opened opened) {
      return keep(recipient, nowNanos, opened.attr(), opened.parent());
    } else if (reply instanceof Reply.Ranged ranged) {
      return keep(recipient, nowNanos, ranged.attr());
    } else if (reply instanceof Reply.Renamed renamed) {
      return keep(
          recipient,
          nowNanos,
          renamed.moved(),
          renamed.replaced(),
          renamed.parent(),
          renamed.newParent());
    }
    return null;
  }

  private @Nullable CompletableFuture<Void> keep(
      Recipient recipient, long nowNanos, @Nullable Attr... attrs) {
    List<CompletableFuture<Void>> waits = new ArrayList<>(0);
    for (Attr attr : attrs) {
      if (attr == null || attr.nlink() == 0) {
        continue;
      }
      long key = Grants.inode(attr.inode());
      if (!grant(key, recipient, nowNanos)) {
        Recall recall = recipient.tell(written(key), nowNanos);
        recipient.flush();
        if (recall != null) {
          waits.add(recall.done);
        }
      }
    }
    return waits.isEmpty()
        ? null
        : CompletableFuture.allOf(waits.toArray(CompletableFuture[]::new));
  }

  private void recall(
      long key,
      @Nullable Recipient maker,
      boolean keep,
      Stale stale,
      long nowNanos,
      List<CompletableFuture<Void>> waits) {
    Function<Recipient, @Nullable Recall> tell =
        recipient -> {
          told.add(recipient);
          return recipient.tell(stale, nowNanos);
        };
    grants.recall(key, maker, keep, nowNanos, tell, waits);
    for (Recipient recipient : recipients.values()) {
      if (recipient != maker && recipient.isWild(nowNanos)) {
        Recall recall = tell.apply(recipient);
        if (recall != null) {
          waits.add(recall.done);
        }
      }
    }
  }

  private CompletableFuture<Void> all(
      List<CompletableFuture<Void>> waits, @Nullable RequestId request) {
    CompletableFuture<Void> all = CompletableFuture.allOf(waits.toArray(CompletableFuture[]::new));
    if (request != null) {
      waiting.put(request, all);
      all.whenComplete((done, failure) -> waiting.remove(request, all));
    }
    return all;
  }

  /** The batch is over: what was queued goes out. */
  public void told() {
    told.forEach(Recipient::flush);
    told.clear();
    Batch over = batch;
    if (over != null) {
      batch = null;
      over.told.complete(null);
    }
  }
}
