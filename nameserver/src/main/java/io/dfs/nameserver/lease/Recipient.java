package io.dfs.nameserver.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Stale;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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

  final SessionId session;
  private final long leaseNanos;

  @GuardedBy("this")
  private final ArrayDeque<Stale> queued = new ArrayDeque<>();

  /** What the session has not answered yet. */
  @GuardedBy("this")
  private final ArrayDeque<Recall> open = new ArrayDeque<>();

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

  void grant(Grants grants, long key, long nowNanos) {
    Tenure tenure = tenure(nowNanos);
    if (isWild(nowNanos)) {
      return;
    }
    if (!grants.grant(key, tenure, nowNanos) || tenure.count() > MAX_GRANTED) {
      wildUntilNanos = nowNanos + 10 * leaseNanos | 1;
    }
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
      if (to == null || (queued.isEmpty() && !dropAll)) {
        return;
      }
      asking = null;
      answer = take();
    }
    to.complete(answer);
  }

  @GuardedBy("this")
  private Reply take() {
    Reply answer = new Reply.Recalls(lastSequence, dropAll, List.copyOf(queued));
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
    List<Recall> gone = new ArrayList<>();
    synchronized (this) {
      lapsed(nowNanos, gone);
      heardNanos = nowNanos;
      if (fresh) {
        queued.clear();
        dropAll = false;
      }
      while (!open.isEmpty() && (fresh || open.peek().sequence <= seen)) {
        gone.add(open.remove());
      }
      earlier = asking;
      asking = null;
      // A fresh one is answered at once: it trusts nothing until then.
      if (ended || fresh || dropAll || !queued.isEmpty()) {
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

  /** Answers a question that has waited long enough, and notices a missed lease. */
  void sweep(long nowNanos) {
    CompletableFuture<Reply> to = null;
    Reply answer = null;
    List<Recall> gone = new ArrayList<>();
    synchronized (this) {
      if (asking != null && nowNanos - answerByNanos >= 0) {
        to = asking;
        asking = null;
        answer = take();
      }
      lapsed(nowNanos, gone);
    }
    complete(gone);
    if (to != null && answer != null) {
      to.complete(answer);
    }
  }

  /** The session is over, and what it kept. */
  void end() {
    CompletableFuture<Reply> to;
    List<Recall> gone = new ArrayList<>();
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
  private boolean lapsed(long nowNanos, List<Recall> gone) {
    if (nowNanos - heardNanos <= leaseNanos) {
      return false;
    }
    letGo(gone);
    dropAll = true;
    return true;
  }

  @GuardedBy("this")
  private void letGo(List<Recall> gone) {
    gone.addAll(open);
    open.clear();
    queued.clear();
    tenures.forEach(Tenure::end);
    tenures.clear();
  }

  /** Outside the lock: those who wait go on at once, on this thread. */
  private static void complete(List<Recall> recalls) {
    recalls.forEach(recall -> recall.done.complete(null));
  }
}
