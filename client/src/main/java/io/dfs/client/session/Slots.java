package io.dfs.client.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import java.util.ArrayDeque;
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

  /** A new session begins, with all its slots free; numbers of an earlier one are void. */
  public void begin(SessionId newSession, int slots) {
    synchronized (this) {
      session = newSession;
      sequences = new long[slots];
      free.clear();
      for (int i = 0; i < slots; i++) {
        free.add(i);
      }
    }
    serve();
  }

  /** Calls {@code then} with a slot's next number, now or when one is free. */
  public void acquire(BiConsumer<@Nullable RequestId, @Nullable FsException> then) {
    RequestId id;
    synchronized (this) {
      if (free.isEmpty()) {
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
        if (free.isEmpty() || waiting.isEmpty()) {
          return;
        }
        then = waiting.remove();
        id = take();
      }
      then.accept(id, null);
    }
  }

  @GuardedBy("this")
  private RequestId take() {
    int slot = free.remove();
    return new RequestId(session, slot, ++sequences[slot]);
  }
}
