package io.dfs.nameserver.lock;

import io.dfs.common.id.SessionId;
import io.dfs.common.message.Lock;
import io.dfs.nameserver.state.Format;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The locks on one inode. Immutable. Locks of one owner never overlap within a kind: taking one
 * replaces, cuts or splits what the owner had in its range, and joins neighbours of the same type.
 *
 * <pre>
 * 0 format = 1 [1]
 * then for each lock: session [8] owner [8] start [8] end [8] pid [4] kind [1] type [1]
 * </pre>
 */
public record LockList(List<Held> locks) {
  private static final byte FORMAT = 1;
  private static final int LOCK_BYTES = 38;

  /** One value per inode is rewritten with each lock, so their number has a bound. */
  public static final int MAX_LOCKS = 4096;

  private static final LockList NONE = new LockList(List.of());
  private static final Lock.Kind[] KINDS = Lock.Kind.values();
  private static final Lock.Type[] TYPES = Lock.Type.values();

  /** A lock and whose it is. */
  public record Held(SessionId session, Lock lock) {
    boolean sameOwner(SessionId otherSession, Lock other) {
      return session.equals(otherSession)
          && lock.owner() == other.owner()
          && lock.kind() == other.kind();
    }
  }

  public static LockList decode(byte @Nullable [] bytes) {
    if (bytes == null) {
      return NONE;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "list of locks");
    List<Held> locks = new ArrayList<>();
    while (in.hasRemaining()) {
      SessionId session = new SessionId(in.getLong());
      long owner = in.getLong();
      long start = in.getLong();
      long end = in.getLong();
      int pid = in.getInt();
      locks.add(
          new Held(session, new Lock(KINDS[in.get()], TYPES[in.get()], owner, start, end, pid)));
    }
    return new LockList(locks);
  }

  /** Null when there is no lock. */
  public byte @Nullable [] encode() {
    if (locks.isEmpty()) {
      return null;
    }
    ByteBuffer out = ByteBuffer.allocate(1 + locks.size() * LOCK_BYTES).put(FORMAT);
    for (Held held : locks) {
      Lock l = held.lock;
      out.putLong(held.session.value()).putLong(l.owner()).putLong(l.start()).putLong(l.end());
      out.putInt(l.pid()).put(Format.code(l.kind())).put(Format.code(l.type()));
    }
    return out.array();
  }

  /** The locks that keep {@code wanted} from being taken. */
  public List<Held> conflicts(SessionId session, Lock wanted) {
    if (wanted.type() == Lock.Type.UNLOCK) {
      return List.of();
    }
    List<Held> conflicts = new ArrayList<>();
    for (Held held : locks) {
      Lock l = held.lock;
      if (l.kind() == wanted.kind()
          && !held.sameOwner(session, wanted)
          && l.start() <= wanted.end()
          && wanted.start() <= l.end()
          && (l.type() == Lock.Type.WRITE || wanted.type() == Lock.Type.WRITE)) {
        conflicts.add(held);
      }
    }
    return conflicts;
  }

  /** These locks after the session has taken (or freed) {@code lock}, which nothing conflicts. */
  public LockList with(SessionId session, Lock lock) {
    List<Held> result = new ArrayList<>();
    long start = lock.start();
    long end = lock.end();
    for (Held held : locks) {
      Lock l = held.lock;
      if (!held.sameOwner(session, lock)) {
        result.add(held);
        continue;
      }
      boolean touches =
          (end == Long.MAX_VALUE || l.start() <= end + 1)
              && (l.end() == Long.MAX_VALUE || start <= l.end() + 1);
      if (touches && l.type() == lock.type() && l.pid() == lock.pid()) {
        start = Math.min(start, l.start());
        end = Math.max(end, l.end());
      } else {
        if (l.start() < lock.start()) {
          result.add(new Held(session, range(l, l.start(), Math.min(l.end(), lock.start() - 1))));
        }
        if (l.end() > lock.end()) {
          result.add(new Held(session, range(l, Math.max(l.start(), lock.end() + 1), l.end())));
        }
      }
    }
    if (lock.type() != Lock.Type.UNLOCK) {
      result.add(new Held(session, range(lock, start, end)));
    }
    return new LockList(result);
  }

  private static Lock range(Lock lock, long start, long end) {
    return new Lock(lock.kind(), lock.type(), lock.owner(), start, end, lock.pid());
  }

  public LockList without(SessionId session) {
    return new LockList(locks.stream().filter(held -> !held.session.equals(session)).toList());
  }

  public boolean holds(SessionId session) {
    return locks.stream().anyMatch(held -> held.session.equals(session));
  }
}
