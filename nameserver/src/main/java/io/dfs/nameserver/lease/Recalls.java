package io.dfs.nameserver.lease;

import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Stale;
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
import java.util.function.Function;
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

  /** Changes that are written and perhaps not recalled yet. */
  private record Batch(Set<Long> keys, CompletableFuture<Void> told) {}

  private final Grants grants = new Grants();
  private final ConcurrentMap<SessionId, Recipient> recipients = new ConcurrentHashMap<>();

  /** Changes whose makers wait for others: a repeated request waits with them. */
  private final ConcurrentMap<RequestId, CompletableFuture<Void>> waiting =
      new ConcurrentHashMap<>();

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
    Recipient recipient =
        recipients.computeIfAbsent(
            q.session(), session -> new Recipient(session, leaseNanos(), nowNanos));
    if (q.fresh()) {
      grace.arrived(q.session());
    }
    long waitMs = Math.max(0, Math.min(q.waitMs(), leaseMs / 2));
    return recipient.ask(q.seen(), q.fresh(), TimeUnit.MILLISECONDS.toNanos(waitMs), nowNanos);
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
    recipients.values().forEach(recipient -> recipient.sweep(nowNanos));
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
        maker.grant(grants, Grants.entries(c.parent()), nowNanos);
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
   * The maker of a change keeps the attributes that it is answered; and that a directory which it
   * has made is empty.
   */
  public void answered(Mutation mutation, Reply reply, long nowNanos) {
    Recipient recipient = recipients.get(mutation.request().session());
    if (recipient == null) {
      return;
    }
    if (reply instanceof Reply.Node node) {
      keep(recipient, node.attr(), nowNanos);
      keep(recipient, node.parent(), nowNanos);
      if (mutation instanceof Mutation.Mkdir) {
        recipient.grant(grants, Grants.entries(node.attr().inode()), nowNanos);
      }
    } else if (reply instanceof Reply.Opened opened) {
      keep(recipient, opened.attr(), nowNanos);
      keep(recipient, opened.parent(), nowNanos);
    } else if (reply instanceof Reply.Ranged ranged) {
      keep(recipient, ranged.attr(), nowNanos);
    } else if (reply instanceof Reply.Renamed renamed) {
      keep(recipient, renamed.moved(), nowNanos);
      keep(recipient, renamed.replaced(), nowNanos);
      keep(recipient, renamed.parent(), nowNanos);
      keep(recipient, renamed.newParent(), nowNanos);
    }
  }

  private void keep(Recipient recipient, @Nullable Attr attr, long nowNanos) {
    if (attr != null && attr.nlink() > 0) {
      recipient.grant(grants, Grants.inode(attr.inode()), nowNanos);
    }
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
