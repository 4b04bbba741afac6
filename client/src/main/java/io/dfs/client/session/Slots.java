package io.dfs.client.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The request slots of the current session. Shared. A mutation takes one, keeps it over all its
 * retries and gives it back; the next one waits when none is free.
 */
public final class Slots {
  /**
   * Callers are bounded by the engines' own limits; this only keeps a defect from eating memory.
   */
  private static final int MAX_WAITING = 100_000;

  @GuardedBy("this")
  private SessionId session = SessionId.NONE;

  @GuardedBy("this")
  private long[] sequences = new long[0];

  @GuardedBy("this")
  private final ArrayDeque<Integer> free = new ArrayDeque<>();

  @GuardedBy("this")
  private final ArrayDeque<BiConsumer<@Nullable RequestId, @Nullable FsException>> waiting =
      new ArrayDeque<>();

  /** While somebody waits for all slots to be free, and until {@link #thaw}. */
  @GuardedBy("this")
  private @Nullable CompletableFuture<long[]> frozen;

  /** The session of another process goes on here, with all its slots free. */
  public synchronized void takeOver(SessionId taken, long[] lastSequences) {
    begin(taken, lastSequences.clone());
  }

  @GuardedBy("this")
  private void begin(SessionId newSession, long[] lastSequences) {
    session = newSession;
    sequences = lastSequences;
    free.clear();
    for (int i = 0; i < lastSequences.length; i++) {
      free.add(i);
    }
  }

  /**
   * Gives out no more slots until {@link #thaw}: whoever wants one waits.
   *
   * @return completes when no change is under way, with the last number of each slot
   */
  public CompletableFuture<long[]> freeze() {
    CompletableFuture<long[]> result;
    synchronized (this) {
      if (frozen == null) {
        frozen = new CompletableFuture<>();
      }
      result = frozen;
    }
    completeFrozen();
    return result;
  }

  private void completeFrozen() {
    CompletableFuture<long[]> all;
    long[] last;
    synchronized (this) {
      all = frozen;
      if (all == null || free.size() < sequences.length) {
        return;
      }
      last = sequences.clone();
    }
    all.complete(last);
  }

  /** Goes on after {@link #freeze}. */
  public void thaw() {
    synchronized (this) {
      frozen = null;
    }
    serve();
  }

  /** A new session begins, with all its slots free; numbers of an earlier one are void. */
  public void begin(SessionId newSession, int slots) {
    synchronized (this) {
      begin(newSession, new long[slots]);
    }
    serve();
  }

  /** Calls {@code then} with a slot's next number, now or when one is free. */
  public void acquire(BiConsumer<@Nullable RequestId, @Nullable FsException> then) {
    RequestId id;
    synchronized (this) {
      if (free.isEmpty() || frozen != null) {
        if (waiting.size() < MAX_WAITING) {
          waiting.add(then);
          return;
        }
        id = null;
      } else {
        id = take();
      }
    }
    if (id == null) {
      then.accept(null, new FsException(Errno.EAGAIN, "too many changes wait for the nameserver"));
    } else {
      then.accept(id, null);
    }
  }

  public void release(RequestId id) {
    synchronized (this) {
      if (!id.session().equals(session)) {
        return;
      }
      // The slot used last is the one whose reply the nameserver has at hand.
      free.addFirst(id.slot());
    }
    serve();
  }

  /** Whether {@code id} belongs to the session that is open now. */
  public synchronized boolean isCurrent(RequestId id) {
    return id.session().equals(session);
  }

  /** Fails everything that waits. */
  public void fail(FsException failure) {
    while (true) {
      BiConsumer<@Nullable RequestId, @Nullable FsException> then;
      synchronized (this) {
        then = waiting.poll();
      }
      if (then == null) {
        return;
      }
      then.accept(null, failure);
    }
  }

  private void serve() {
    while (true) {
      BiConsumer<@Nullable RequestId, @Nullable FsException> then;
      RequestId id;
      synchronized (this) {
        if (frozen != null) {
          break;
        }
        if (free.isEmpty() || waiting.isEmpty()) {
          return;
        }
        then = waiting.remove();
        id = take();
      }
      then.accept(id, null);
    }
    completeFrozen();
  }

  @GuardedBy("this")
  private RequestId take() {
    int slot = free.remove();
    return new RequestId(session, slot, ++sequences[slot]);
  }
}
