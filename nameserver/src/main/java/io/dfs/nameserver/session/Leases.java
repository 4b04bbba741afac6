package io.dfs.nameserver.session;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.SessionId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** When each session was heard of last. Shared. */
public final class Leases {
  private final ConcurrentHashMap<SessionId, Long> heardNanos = new ConcurrentHashMap<>();

  public void begin(SessionId session, long nowNanos) {
    heardNanos.put(session, nowNanos);
  }

  /** Renews the lease; ESTALE when the session has ended. */
  public void renew(SessionId session, long nowNanos) {
    if (heardNanos.replace(session, nowNanos) == null) {
      throw new FsException(Errno.ESTALE, "session " + session + " has ended; open another one");
    }
  }

  public void end(SessionId session) {
    heardNanos.remove(session);
  }

  public boolean isHeld(SessionId session) {
    return heardNanos.containsKey(session);
  }

  /** Milliseconds since the session was heard of; 0 when it has ended. */
  public long silentMs(SessionId session, long nowNanos) {
    Long heard = heardNanos.get(session);
    return heard == null ? 0 : Math.max(0, TimeUnit.NANOSECONDS.toMillis(nowNanos - heard));
  }

  public int size() {
    return heardNanos.size();
  }

  /** The sessions not heard of for longer than a lease. */
  public List<SessionId> expired(long nowNanos, long leaseNanos) {
    List<SessionId> expired = new ArrayList<>();
    heardNanos.forEach(
        (session, heard) -> {
          if (nowNanos - heard > leaseNanos) {
            expired.add(session);
          }
        });
    return expired;
  }
}
