package io.dfs.nameserver.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.CopyOrder;
import io.dfs.common.message.CopyResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Copy orders on their way between planning and the dataservers, which fetch them, and the results
 * on their way back. Shared, guarded by itself.
 *
 * <p>It holds at most {@link #MAX_ORDERS} for each server and kind, and forgets all at a restart:
 * what is to copy follows from the state.
 */
final class CopyBoard {
  /** Some seconds of work with small chunks. */
  static final int MAX_ORDERS = 256;

  /** A server that has not answered for so long has forgotten the order: given again. */
  private static final long REPEAT_NANOS = TimeUnit.MINUTES.toNanos(15);

  /** What copies are made for. */
  enum Kind {
    REPAIR,
    BALANCE
  }

  /** A finished order. */
  record Finished(Object owner, NodeId target, CopyOrder order, CopyResult result) {}

  private record Pending(Object owner, Kind kind, CopyOrder order) {}

  private record Taken(Pending pending, long sinceNanos) {}

  private static final class Desk {
    final Map<Kind, ArrayDeque<Pending>> waiting = new EnumMap<>(Kind.class);
    final Map<ChunkId, Taken> taken = new HashMap<>();

    Desk() {
      for (Kind kind : Kind.values()) {
        waiting.put(kind, new ArrayDeque<>());
      }
    }

    ArrayDeque<Pending> of(Kind kind) {
      return waiting.computeIfAbsent(kind, unused -> new ArrayDeque<>());
    }
  }

  @GuardedBy("this")
  private final Map<NodeId, Desk> desks = new HashMap<>();

  @GuardedBy("this")
  private final Set<Kind> paused = EnumSet.noneOf(Kind.class);

  @GuardedBy("this")
  private List<Finished> finished = new ArrayList<>();

  /** False when there is no room for it now. */
  synchronized boolean offer(Object owner, Kind kind, NodeId target, CopyOrder order) {
    Desk desk = desks.computeIfAbsent(target, unused -> new Desk());
    if (desk.of(kind).size() >= MAX_ORDERS || desk.taken.containsKey(order.chunk())) {
      return false;
    }
    desk.of(kind).add(new Pending(owner, kind, order));
    return true;
  }

  synchronized boolean hasRoom(NodeId target, Kind kind) {
    Desk desk = desks.get(target);
    return desk == null || desk.of(kind).size() < MAX_ORDERS;
  }

  /** Whether the server should come and fetch. */
  synchronized boolean hasWork(NodeId target) {
    Desk desk = desks.get(target);
    for (Kind kind : Kind.values()) {
      if (desk != null && !paused.contains(kind) && !desk.of(kind).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Orders for a server, repair before balancing. */
  synchronized List<CopyOrder> take(NodeId target, int room, long nowNanos) {
    Desk desk = desks.get(target);
    List<CopyOrder> orders = new ArrayList<>();
    if (desk == null) {
      return orders;
    }
    desk.taken
        .values()
        .removeIf(
            taken -> {
              boolean forgotten = nowNanos - taken.sinceNanos > REPEAT_NANOS;
              if (forgotten) {
                desk.of(taken.pending.kind).addFirst(taken.pending);
              }
              return forgotten;
            });
    for (Kind kind : Kind.values()) {
      ArrayDeque<Pending> waiting = desk.of(kind);
      while (!paused.contains(kind) && orders.size() < room && !waiting.isEmpty()) {
        Pending next = waiting.remove();
        if (!desk.taken.containsKey(next.order.chunk())) {
          desk.taken.put(next.order.chunk(), new Taken(next, nowNanos));
          orders.add(next.order);
        }
      }
    }
    return orders;
  }

  /**
   * What a server has done.
   *
   * @return whether it has made copies that nobody waits for any more
   */
  synchronized boolean finish(NodeId target, List<CopyResult> results) {
    boolean unwanted = false;
    Desk desk = desks.get(target);
    for (CopyResult result : results) {
      Taken taken = desk == null ? null : desk.taken.remove(result.chunk());
      if (taken != null) {
        finished.add(new Finished(taken.pending.owner, target, taken.pending.order, result));
      } else {
        unwanted |= result.outcome() == CopyResult.Outcome.DONE;
      }
    }
    if (!finished.isEmpty()) {
      notifyAll();
    }
    return unwanted;
  }

  /** The server has started anew: what it had taken it shall fetch again. */
  synchronized void restarted(NodeId target) {
    Desk desk = desks.get(target);
    if (desk != null) {
      desk.taken.values().forEach(taken -> desk.of(taken.pending.kind).addFirst(taken.pending));
      desk.taken.clear();
    }
  }

  /** Nobody waits for the owner's orders any more. */
  synchronized void cancel(Object owner) {
    for (Desk desk : desks.values()) {
      desk.waiting.values().forEach(w -> w.removeIf(p -> p.owner == owner));
      desk.taken.values().removeIf(taken -> taken.pending.owner == owner);
    }
  }

  synchronized void pause(Kind kind, boolean pause) {
    if (pause) {
      paused.add(kind);
    } else {
      paused.remove(kind);
    }
  }

  /** Whether the server has orders of this kind. */
  synchronized boolean has(NodeId target, Kind kind) {
    Desk desk = desks.get(target);
    return desk != null
        && (!desk.of(kind).isEmpty()
            || desk.taken.values().stream().anyMatch(t -> t.pending.kind == kind));
  }

  /** What was finished since the last call; waits a while when that is nothing. */
  synchronized List<Finished> awaitFinished(long waitMs) throws InterruptedException {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    while (finished.isEmpty()) {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
      if (leftMs <= 0) {
        break;
      }
      wait(leftMs);
    }
    List<Finished> all = finished;
    finished = new ArrayList<>();
    return all;
  }
}
