package io.dfs.nameserver.compact;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest.TakeRewrite;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.common.message.RewriteTask;
import io.dfs.nameserver.cluster.ClusterMap;
import io.dfs.nameserver.cluster.Registry;
import io.dfs.nameserver.rewrite.Piece;
import io.dfs.nameserver.rewrite.Rewriting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies that wait for a dataserver or are made by one. Shared, guarded by itself.
 *
 * <pre>
 * WAITING -> RUNNING      a dataserver asked for work; the new chunk is allocated then
 * RUNNING -> DONE         it has copied, and files refer to the copy
 * RUNNING -> WAITING      it could not, or was not heard of in time; with another new chunk
 * RUNNING -> FAILED       the same, too often
 * </pre>
 *
 * Nothing of it is kept over a restart: what was not finished is found again by who wanted it.
 */
public final class RewriteQueue implements Rewriting {
  private static final Logger log = LoggerFactory.getLogger(RewriteQueue.class);

  /** Each has up to 2,048 pieces of some 100 bytes. */
  static final int MAX_WAITING = 64;

  private static final int TRIES = 3;

  /** A dataserver that has one of the sources gets a task before others for so long. */
  private static final long LOCAL_FIRST_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** On top of what the copying takes at its rate: the disks' sync, a busy server. */
  private static final long PATIENCE_S = 60;

  /** How much slower than its rate a copy may be before it counts as lost. */
  private static final int SLOWER = 4;

  private static final class Task {
    final long id;
    final DataSettings settings;
    final List<Piece> pieces;
    final CompletableFuture<Void> done = new CompletableFuture<>();
    final long sinceNanos;
    int tries;
    NodeId node = NodeId.NONE;
    long deadlineNanos;
    @Nullable ChunkId chunk;

    Task(long id, DataSettings settings, List<Piece> pieces, long nowNanos) {
      this.id = id;
      this.settings = settings;
      this.pieces = pieces;
      this.sinceNanos = nowNanos;
    }

    long bytes() {
      return pieces.stream().mapToLong(p -> p.extent().length()).sum();
    }
  }

  private final Registry registry;
  private final NewChunks chunks;
  private final long bytesPerSecond;
  private final int pollMs;

  @GuardedBy("this")
  private final Deque<Task> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private final Map<Long, Task> running = new LinkedHashMap<>();

  @GuardedBy("this")
  private long lastId;

  @GuardedBy("this")
  private boolean paused;

  @GuardedBy("this")
  private long movedBytes;

  @GuardedBy("this")
  private long failed;

  /**
   * @param pollMs how often dataservers ask while there is work; less often when there is none
   */
  public RewriteQueue(Registry registry, NewChunks chunks, long bytesPerSecond, int pollMs) {
    this.registry = registry;
    this.chunks = chunks;
    this.bytesPerSecond = bytesPerSecond;
    this.pollMs = pollMs;
    // A number of before a restart must not mean a task of now.
    this.lastId = System.currentTimeMillis() << 16;
  }

  @Override
  public synchronized CompletableFuture<Void> rewrite(DataSettings settings, List<Piece> pieces) {
    Task task = new Task(++lastId, settings, List.copyOf(pieces), System.nanoTime());
    if (pieces.isEmpty() || pieces.size() > MAX_PIECES || task.bytes() > settings.chunkBytes()) {
      throw new IllegalArgumentException(pieces.size() + " pieces of " + task.bytes() + " bytes");
    }
    if (waiting.size() >= MAX_WAITING || bytesPerSecond == 0) {
      return CompletableFuture.failedFuture(
          new FsException(
              Errno.EAGAIN,
              bytesPerSecond == 0
                  ? "rewriting is off; set compact-rate"
                  : waiting.size() + " rewrites wait already; try again later"));
    }
    waiting.add(task);
    return task.done;
  }

  /** Takes up what a dataserver has done and gives it something to do. */
  public CompletableFuture<Reply.Rewrites> take(TakeRewrite request, long nowNanos) {
    CompletableFuture<?>[] finished =
        request.results().stream()
            .map(result -> finish(request.node(), result))
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(finished)
        .thenCompose(unused -> next(request.node(), nowNanos))
        .thenApply(tasks -> new Reply.Rewrites(tasks, tasks.isEmpty() ? 2 * pollMs : pollMs));
  }

  private CompletableFuture<?> finish(NodeId node, RewriteTask.Result result) {
    Task task;
    ChunkId chunk;
    synchronized (this) {
      task = running.get(result.id());
      if (task == null || !task.node.equals(node)) {
        return CompletableFuture.completedFuture(null);
      }
      running.remove(task.id);
      chunk = task.chunk;
    }
    if (!result.problem().isEmpty() || chunk == null) {
      failed(task, new FsException(Errno.EIO, result.problem()));
      return CompletableFuture.completedFuture(null);
    }
    return chunks
        .refer(task.pieces, chunk)
        .handle(
            (done, failure) -> {
              if (failure == null) {
                synchronized (this) {
                  movedBytes += task.bytes();
                }
                task.done.complete(null);
              } else {
                failed(task, FsException.of(failure));
              }
              return null;
            });
  }

  private CompletableFuture<List<RewriteTask>> next(NodeId node, long nowNanos) {
    Task task;
    synchronized (this) {
      task = paused ? null : poll(node, nowNanos);
      if (task == null) {
        return CompletableFuture.completedFuture(List.of());
      }
      task.node = node;
      task.tries++;
      task.chunk = null;
      task.deadlineNanos =
          nowNanos
              + TimeUnit.SECONDS.toNanos(PATIENCE_S + SLOWER * (task.bytes() / bytesPerSecond));
      running.put(task.id, task);
    }
    return chunks
        .allocate(task.settings)
        .handle(
            (made, failure) -> {
              if (made != null) {
                return List.of(describe(task, made));
              }
              synchronized (this) {
                running.remove(task.id);
              }
              failed(task, FsException.of(failure));
              return List.of();
            });
  }

  @GuardedBy("this")
  private @Nullable Task poll(NodeId node, long nowNanos) {
    ClusterMap map = registry.map();
    Iterator<Task> each = waiting.iterator();
    while (each.hasNext()) {
      Task task = each.next();
      ChunkId first = task.pieces.get(0).extent().chunk();
      if (nowNanos - task.sinceNanos > LOCAL_FIRST_NANOS || members(map, first).contains(node)) {
        each.remove();
        return task;
      }
    }
    return null;
  }

  private static List<NodeId> members(ClusterMap map, ChunkId chunk) {
    return map.groups().stream()
        .filter(group -> group.id().equals(chunk.group()))
        .findFirst()
        .map(Group::members)
        .orElse(List.of());
  }

  private RewriteTask describe(Task task, Reply.ChunkAllocated made) {
    synchronized (this) {
      task.chunk = made.chunk();
    }
    ClusterMap map = registry.map();
    Map<NodeId, String> addresses = new LinkedHashMap<>();
    map.servers().forEach(s -> addresses.put(s.id(), s.address()));
    List<RewriteTask.Source> sources = new ArrayList<>(task.pieces.size());
    for (Piece piece : task.pieces) {
      ChunkId chunk = piece.extent().chunk();
      sources.add(
          new RewriteTask.Source(
              chunk,
              piece.extent().chunkOffset(),
              piece.extent().length(),
              addresses(members(map, chunk), addresses)));
    }
    return new RewriteTask(
        task.id,
        made.chunk(),
        addresses(made.group().members(), addresses),
        sources,
        bytesPerSecond);
  }

  private static List<String> addresses(List<NodeId> members, Map<NodeId, String> addresses) {
    return members.stream().filter(addresses::containsKey).map(addresses::get).toList();
  }

  private void failed(Task task, FsException problem) {
    synchronized (this) {
      if (task.tries < TRIES && waiting.size() < MAX_WAITING) {
        waiting.add(task);
        return;
      }
      failed++;
    }
    log.warn(
        "{} bytes could not be rewritten and stay where they are: {}",
        task.bytes(),
        problem.getMessage());
    task.done.completeExceptionally(problem);
  }

  /** Gives up copies of servers that were not heard of in time. */
  void tick(long nowNanos) {
    List<Task> late = new ArrayList<>();
    synchronized (this) {
      running.values().removeIf(t -> nowNanos - t.deadlineNanos > 0 && late.add(t));
    }
    late.forEach(
        task -> failed(task, new FsException(Errno.ETIMEDOUT, task.node + " did not finish it")));
  }

  synchronized void pause(boolean value) {
    paused = value;
  }

  synchronized boolean idle() {
    return waiting.isEmpty() && running.isEmpty();
  }

  /** Fills in what the queue knows. */
  synchronized Reply.CompactionStatus status(
      long rounds, boolean looking, long victims, long fragmented, int kept) {
    return new Reply.CompactionStatus(
        paused,
        rounds,
        looking,
        victims,
        fragmented,
        waiting.size(),
        running.size(),
        movedBytes,
        failed,
        kept);
  }
}
