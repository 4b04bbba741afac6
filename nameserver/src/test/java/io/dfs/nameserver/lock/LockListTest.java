package io.dfs.nameserver.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.SessionId;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Lock.Kind;
import io.dfs.common.message.Lock.Type;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LockListTest {
  private static final SessionId S = new SessionId(1);
  private static final SessionId T = new SessionId(2);
  private static final LockList NONE = LockList.decode(null);

  private static Lock lock(Type type, long owner, long start, long end) {
    return new Lock(Kind.POSIX, type, owner, start, end, 42);
  }

  @Test
  void unlockingTheMiddleSplits() {
    LockList list = NONE.with(S, lock(Type.WRITE, 1, 0, 99)).with(S, lock(Type.UNLOCK, 1, 40, 59));
    assertEquals(2, list.locks().size());
    assertEquals(lock(Type.WRITE, 1, 0, 39), list.locks().get(0).lock());
    assertEquals(lock(Type.WRITE, 1, 60, 99), list.locks().get(1).lock());
  }

  @Test
  void neighboursOfOneTypeJoinUpToTheEndOfTheFile() {
    LockList list =
        NONE.with(S, lock(Type.READ, 1, 0, 9))
            .with(S, lock(Type.READ, 1, 20, Long.MAX_VALUE))
            .with(S, lock(Type.READ, 1, 10, 19));
    assertEquals(1, list.locks().size());
    assertEquals(lock(Type.READ, 1, 0, Long.MAX_VALUE), list.locks().get(0).lock());
    assertNull(list.with(S, lock(Type.UNLOCK, 1, 0, Long.MAX_VALUE)).encode());
  }

  @Test
  void ownersKindsAndSessionsAreToldApart() {
    LockList list = NONE.with(S, lock(Type.WRITE, 1, 0, 9));
    assertTrue(list.conflicts(S, lock(Type.WRITE, 1, 0, 9)).isEmpty());
    assertEquals(1, list.conflicts(S, lock(Type.READ, 2, 9, 9)).size());
    assertEquals(1, list.conflicts(T, lock(Type.READ, 1, 0, 0)).size());
    assertTrue(list.conflicts(T, lock(Type.READ, 1, 10, 20)).isEmpty());
    Lock flock = new Lock(Kind.FLOCK, Type.WRITE, 9, 0, Long.MAX_VALUE, 1);
    assertTrue(list.conflicts(T, flock).isEmpty());
    assertEquals(list, LockList.decode(list.encode()));
    assertTrue(list.without(S).locks().isEmpty());
  }

  @Test
  void randomLocksAreThoseOfAByteByByteModel() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Type[][] model = new Type[3][30];
    LockList list = NONE;
    for (int step = 0; step < 5000; step++) {
      int owner = random.nextInt(3);
      int start = random.nextInt(30);
      int end = start + random.nextInt(30 - start);
      Type type = Type.values()[random.nextInt(3)];
      boolean conflict = false;
      for (int other = 0; other < 3 && type != Type.UNLOCK; other++) {
        for (int i = start; i <= end && other != owner; i++) {
          conflict |=
              model[other][i] == Type.WRITE || (model[other][i] != null && type == Type.WRITE);
        }
      }
      Lock wanted = lock(type, owner, start, end);
      assertEquals(conflict, !list.conflicts(S, wanted).isEmpty(), "seed " + seed);
      if (!conflict) {
        list = LockList.decode(list.with(S, wanted).encode());
        for (int i = start; i <= end; i++) {
          model[owner][i] = type == Type.UNLOCK ? null : type;
        }
      }
      Type[][] held = new Type[3][30];
      for (LockList.Held h : list.locks()) {
        for (long i = h.lock().start(); i <= h.lock().end(); i++) {
          assertNull(held[(int) h.lock().owner()][(int) i], "locks of one owner overlap");
          held[(int) h.lock().owner()][(int) i] = h.lock().type();
        }
      }
      for (int o = 0; o < 3; o++) {
        for (int i = 0; i < 30; i++) {
          assertEquals(model[o][i], held[o][i], "seed " + seed);
        }
      }
    }
  }
}
