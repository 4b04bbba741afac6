package io.dfs.nameserver.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Stale;
import io.dfs.common.message.WriteRecall;
import io.dfs.nameserver.lease.Writer.Return;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A session that keeps what it is told: its recalls, in order, and when it was heard of. Shared,
 * guarded by itself. States:
 *
 * <pre>
 * TRUSTED -- not heard of for a lease --> LAPSED -- asks for recalls --> TRUSTED, told to drop all
 * any -- session ended --> ENDED
 * </pre>
 */
final class Recipient {
  /** Past it the session is told to drop everything instead. 8,000 of 300 bytes fit one message. */
  private static final int MAX_QUEUED = 8000;

  /** Grants of one tenure: past it the session is taken to hold everything for its duration. */
  private static final int MAX_GRANTED = 100_000;

  /** As long as a session that is silent altogether is kept. */
  private static final int RETURN_LEASES = 3;

  final SessionId session;
  private final long leaseNanos;

  @GuardedBy("this")
  private final ArrayDeque<Stale> queued = new ArrayDeque<>();

  /** What the session has not answered yet. */
  @GuardedBy("this")
  private final ArrayDeque<Recall> open = new ArrayDeque<>();

  /** Write leases that it was or is to be asked for and has not given back, by number. */
  @GuardedBy("this")
  private final Map<Long, Return> returns = new LinkedHashMap<>();

  /** Those that it was not told yet. */
  @GuardedBy("this")
  private final ArrayDeque<Return> asks = new ArrayDeque<>();

  @GuardedBy("this")
  private long heardNanos;

  @GuardedBy("this")
  private long lastSequence;

  /** At first too: what it trusts, if anything, was granted by another record of it. */
  @GuardedBy("this")
  private boolean dropAll = true;

  @GuardedBy("this")
  private boolean ended;

  /** The session's question for recalls, while there are none. */
  @GuardedBy("this")
  private @Nullable CompletableFuture<Reply> asking;

  @GuardedBy("this")
  private long answerByNanos;

  @GuardedBy("this")
  private final List<Tenure> tenures = new ArrayList<>();

  private volatile Tenure current;

  /** Until when it is taken to hold everything; as nanoTime, and 0 for not at all. */
  private volatile long wildUntilNanos;

  Recipient(SessionId session, long leaseNanos, long nowNanos) {
    this.session = session;
    this.leaseNanos = leaseNanos;
    this.heardNanos = nowNanos;
    this.current = newTenure(nowNanos);
  }

  /**
   * A client uses what it was told for 6 leases and lets its kernel keep it for one more; the
   * eighth is for the way and the clocks. Tenures change every second lease, so there are five of
   * them.
   */
  private Tenure newTenure(long nowNanos) {
    Tenure tenure = new Tenure(this, nowNanos + 2 * leaseNanos, nowNanos + 10 * leaseNanos);
    synchronized (this) {
      tenures.removeIf(t -> t.isOver(nowNanos));
      tenures.add(tenure);
    }
    return tenure;
  }

  /** What a grant given now belongs to. */
  Tenure tenure(long nowNanos) {
    Tenure tenure = current;
    if (nowNanos - tenure.closesNanos >= 0 || tenure.isOver(nowNanos)) {
      tenure = newTenure(nowNanos);
      current = tenure;
    }
    return tenure;
  }

  /** False when another session writes it: then it is not granted, and has to be asked for. */
  boolean grant(Grants grants, long key, long nowNanos, Grants.Teller teller) {
    Tenure tenure = tenure(nowNanos);
    boolean wild = isWild(nowNanos);
    Grants.Granted granted = grants.grant(key, tenure, !wild, nowNanos, teller);
    if (granted == Grants.Granted.NO_ROOM || (!wild && tenure.count() > MAX_GRANTED)) {
      wildUntilNanos = nowNanos + 10 * leaseNanos | 1;
    }
    return granted != Grants.Granted.WRITTEN;
  }

  /** What it was granted in tenures that are not over, about. */
  synchronized int granted(long nowNanos) {
    return tenures.stream().filter(t -> !t.isOver(nowNanos)).mapToInt(Tenure::granted).sum();
  }

  /** Whether it has been granted more than is kept account of, and is told of every change. */
  boolean isWild(long nowNanos) {
    long until = wildUntilNanos;
    return until != 0 && nowNanos - until < 0;
  }

  /** Queues a recall; null when the session trusts nothing any more. Followed by {@link #flush}. */
  @Nullable Recall tell(Stale stale, long nowNanos) {
    synchronized (this) {
      if (ended || nowNanos - heardNanos > leaseNanos) {
        return null;
      }
      if (queued.size() >= MAX_QUEUED) {
        queued.clear();
        dropAll = true;
      }
      if (!dropAll) {
        queued.add(stale);
      }
      Recall recall = new Recall(this, ++lastSequence);
      open.add(recall);
      return recall;
    }
  }

  /**
   * Asks for a write lease; null when the session does not trust it any more. Followed by {@link
   * #flush}.
   */
  @Nullable Return askBack(long key, Tenure tenure, long number, long nowNanos) {
    synchronized (this) {
      if (ended || nowNanos - heardNanos > leaseNanos) {
        return null;
      }
      Return asked = new Return(key, tenure, number, nowNanos);
      returns.put(number, asked);
      asks.add(asked);
      return asked;
    }
  }

  /** The session has given back a write lease; null when that is not asked for any more. */
  synchronized @Nullable Return takeReturn(long number) {
    return returns.remove(number);
  }

  /** Whether it has been silent for so long that only its record is left. */
  synchronized boolean isForgotten(long nowNanos) {
    return nowNanos - heardNanos > 20 * leaseNanos;
  }

  /** Hands what is queued to the session if it waits for it. */
  void flush() {
    CompletableFuture<Reply> to;
    Reply answer;
    synchronized (this) {
      to = asking;
      if (to == null || (queued.isEmpty() && asks.isEmpty() && !dropAll)) {
        return;
      }
      asking = null;
      answer = take();
    }
    to.complete(answer);
  }

  @GuardedBy("this")
  private Reply take() {
    List<WriteRecall> writes = new ArrayList<>(Math.min(asks.size(), MAX_QUEUED));
    while (!asks.isEmpty() && writes.size() < MAX_QUEUED) {
      Return asked = asks.remove();
      writes.add(new WriteRecall(Grants.inode(asked.key), asked.number));
    }
    Reply answer = new Reply.Recalls(lastSequence, dropAll, List.copyOf(queued), writes);
    queued.clear();
    dropAll = false;
    return answer;
  }

  /**
   * The session asks for recalls, and has let go of all up to {@code seen}.
   *
   * @param fresh it has dropped everything it was ever told
   */
  CompletableFuture<Reply> ask(long seen, boolean fresh, long waitNanos, long nowNanos) {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    CompletableFuture<Reply> earlier;
    Reply now = null;
    List<CompletableFuture<Void>> gone = new ArrayList<>();
    synchronized (this) {
      lapsed(nowNanos, gone);
      heardNanos = nowNanos;
      if (fresh) {
        queued.clear();
        dropAll = false;
        // The answer that told them may have been lost.
        asks.clear();
        asks.addAll(returns.values());
      }
      while (!open.isEmpty() && (fresh || open.peek().sequence <= seen)) {
        gone.add(open.remove().done);
      }
      earlier = asking;
      asking = null;
      // A fresh one is answered at once: it trusts nothing until then.
      if (ended || fresh || waitNanos <= 0 || dropAll || !queued.isEmpty() || !asks.isEmpty()) {
        now = take();
      } else {
        asking = answer;
        answerByNanos = nowNanos + waitNanos;
      }
    }
    complete(gone);
    if (earlier != null) {
      earlier.complete(new Reply.Recalls(seen, false, List.of()));
    }
    if (now != null) {
      answer.complete(now);
    }
    return answer;
  }

  /**
   * Answers a question that has waited long enough, and notices a missed lease.
   *
   * @return write leases that it will not give back any more
   */
  List<Return> sweep(long nowNanos) {
    List<Return> overdue = new ArrayList<>(0);
    CompletableFuture<Reply> to = null;
    Reply answer = null;
    List<CompletableFuture<Void>> gone = new ArrayList<>();
    synchronized (this) {
      if (asking != null && nowNanos - answerByNanos >= 0) {
        to = asking;
        asking = null;
        answer = take();
      }
      lapsed(nowNanos, gone);
      returns.values().removeIf(asked -> isOverdue(asked, nowNanos) && overdue.add(asked));
    }
    complete(gone);
    if (to != null && answer != null) {
      to.complete(answer);
    }
    return overdue;
  }

  /**
   * A session that is heard of and does not give back in so long never will: committing takes what
   * the dataservers take, and ends with the client's own deadline.
   */
  private boolean isOverdue(Return asked, long nowNanos) {
    return nowNanos - asked.bornNanos > RETURN_LEASES * leaseNanos;
  }

  /** The session is over, and what it kept. */
  void end() {
    CompletableFuture<Reply> to;
    List<CompletableFuture<Void>> gone = new ArrayList<>();
    synchronized (this) {
      ended = true;
      to = asking;
      asking = null;
      letGo(gone);
    }
    complete(gone);
    if (to != null) {
      to.complete(new Reply.Recalls(0, true, List.of()));
    }
  }

  /** From TRUSTED to LAPSED if it is time; whether it is LAPSED. */
  @GuardedBy("this")
  private boolean lapsed(long nowNanos, List<CompletableFuture<Void>> gone) {
    if (nowNanos - heardNanos <= leaseNanos) {
      return false;
    }
    letGo(gone);
    dropAll = true;
    return true;
  }

  @GuardedBy("this")
  private void letGo(List<CompletableFuture<Void>> gone) {
    open.forEach(recall -> gone.add(recall.done));
    open.clear();
    queued.clear();
    returns.values().forEach(asked -> gone.add(asked.done));
    returns.clear();
    asks.clear();
    tenures.forEach(Tenure::end);
    tenures.clear();
  }

  /** Outside the lock: those who wait go on at once, on this thread. */
  private static void complete(List<CompletableFuture<Void>> waits) {
    waits.forEach(wait -> wait.complete(null));
  }
}
