package io.dfs.nameserver.gc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The next chunks that each dataserver shall delete, kept in memory so that the answer to a
 * heartbeat costs no look into the state, where after many deletions there is much to walk over.
 * Shared, guarded by itself.
 *
 * <p>The truth is in the state. A queue takes up what becomes garbage as long as it has room, and
 * {@link #load} fills it from the state: after a start, when the server comes back, and when it
 * once had no room.
 */
public final class Garbage {
  /** What a server deletes in some seconds; 100 KiB here. */
  static final int MAX_QUEUE = 2000;

  /** A chunk that a server was told of and has not deleted by then is told again. */
  private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** The queue of a server that does not ask is dropped after it. */
  private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final class Queue {
    final Set<ChunkId> waiting = new LinkedHashSet<>();
    final Set<ChunkId> told = new LinkedHashSet<>();
    long toldNanos;
    long askedNanos;

    /** Whether the state may have more, after {@code cursor}. */
    boolean behind = true;

    long cursor;

    /** Whether something had no room; then the state is walked again from its beginning. */
    boolean missed;

    boolean loading;

    boolean hasRoom() {
      return waiting.size() + told.size() < MAX_QUEUE;
    }

    void add(ChunkId chunk) {
      if (!told.contains(chunk)) {
        if (hasRoom()) {
          waiting.add(chunk);
        } else {
          missed = true;
        }
      }
    }
  }

  private final Tables tables;

  @GuardedBy("this")
  private final Map<NodeId, Queue> queues = new HashMap<>();

  public Garbage(Tables tables) {
    this.tables = tables;
  }

  /** The chunk has become garbage, which the state knows already. */
  public synchronized void added(ChunkId chunk, List<NodeId> holders) {
    for (NodeId holder : holders) {
      Queue queue = queues.get(holder);
      if (queue != null && (queue.loading || !queue.behind || chunk.value() <= queue.cursor)) {
        queue.add(chunk);
      }
    }
  }

  /** The server has deleted these, which the state knows already. */
  public synchronized void deleted(NodeId server, Collection<ChunkId> chunks) {
    Queue queue = queues.get(server);
    if (queue != null) {
      chunks.forEach(queue.told::remove);
      chunks.forEach(queue.waiting::remove);
    }
  }

  /** A server that registers may have forgotten what it was told. */
  public synchronized void registered(NodeId server) {
    queues.remove(server);
  }

  /** What to tell a server now, at most {@code max}. */
  public synchronized List<ChunkId> next(NodeId server, int max, long nowNanos) {
    Queue queue = queues.computeIfAbsent(server, unused -> new Queue());
    queue.askedNanos = nowNanos;
    if (!queue.told.isEmpty() && nowNanos - queue.toldNanos > REPEAT_NANOS) {
      queue.waiting.addAll(queue.told);
      queue.told.clear();
    }
    List<ChunkId> chunks = new ArrayList<>(Math.min(max, queue.waiting.size()));
    Iterator<ChunkId> each = queue.waiting.iterator();
    while (chunks.size() < max && each.hasNext()) {
      chunks.add(each.next());
      each.remove();
    }
    if (!chunks.isEmpty()) {
      queue.told.addAll(chunks);
      queue.toldNanos = nowNanos;
    }
    return chunks;
  }

  /** Fills the queues from the state; reads, so not for a network thread. One caller at a time. */
  public void load(long nowNanos) {
    List<NodeId> servers;
    synchronized (this) {
      queues.values().removeIf(queue -> nowNanos - queue.askedNanos > FORGET_NANOS);
      servers = List.copyOf(queues.keySet());
    }
    servers.forEach(this::load);
  }

  private void load(NodeId server) {
    Queue queue;
    long cursor;
    int max;
    synchronized (this) {
      queue = queues.get(server);
      if (queue == null) {
        return;
      }
      if (!queue.behind && queue.missed && queue.waiting.isEmpty()) {
        queue.behind = true;
        queue.missed = false;
        queue.cursor = 0;
      }
      max = MAX_QUEUE - queue.waiting.size() - queue.told.size();
      if (!queue.behind || max < MAX_QUEUE / 4) {
        return;
      }
      queue.loading = true;
      cursor = queue.cursor;
    }
    List<ChunkId> found = tables.garbage(server, cursor, max);
    synchronized (this) {
      found.forEach(queue::add);
      queue.behind = found.size() == max;
      queue.cursor = found.isEmpty() ? cursor : found.get(found.size() - 1).value();
      queue.loading = false;
    }
  }
}
