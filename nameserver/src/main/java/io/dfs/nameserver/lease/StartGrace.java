package io.dfs.nameserver.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.SessionId;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The time after a start in which sessions of before may still trust grants that are forgotten.
 * Shared, guarded by itself. Usually it lasts until they have connected again, some 100 ms.
 */
final class StartGrace {
  private final long endNanos;

  @GuardedBy("this")
  private final Set<SessionId> expected = new HashSet<>();

  /** Null when nobody is expected. */
  private volatile @Nullable CompletableFuture<Void> over;

  StartGrace(long endNanos) {
    this.endNanos = endNanos;
  }

  synchronized void expect(SessionId session) {
    expected.add(session);
    if (over == null) {
      over = new CompletableFuture<>();
    }
  }

  @Nullable CompletableFuture<Void> over() {
    return over;
  }

  /** The session has dropped everything, or is no more. */
  void arrived(SessionId session) {
    if (over != null) {
      finishIf(session, false);
    }
  }

  void sweep(long nowNanos) {
    if (over != null) {
      finishIf(SessionId.NONE, nowNanos - endNanos >= 0);
    }
  }

  private void finishIf(SessionId arrived, boolean late) {
    CompletableFuture<Void> finished;
    synchronized (this) {
      expected.remove(arrived);
      if (over == null || !(late || expected.isEmpty())) {
        return;
      }
      finished = over;
      over = null;
    }
    finished.complete(null);
  }
}
