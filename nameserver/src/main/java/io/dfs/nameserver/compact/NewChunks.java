package io.dfs.nameserver.compact;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.cluster.Placer;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.rewrite.Piece;
import io.dfs.nameserver.session.Leases;
import io.dfs.nameserver.session.SessionService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that copies go into. They belong to a session as any writer's do, so that those of a
 * nameserver that died are reclaimed like those of a client that died. Shared, guarded by itself.
 */
public final class NewChunks {
  /** Without work for so long the session ends, and unused chunks go with it. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final CommandLog commands;
  private final Placer placer;
  private final SessionService sessions;
  private final Leases leases;
  private final Duration grace;

  @GuardedBy("this")
  private @Nullable CompletableFuture<SessionId> session;

  @GuardedBy("this")
  private long sequence;

  @GuardedBy("this")
  private long usedNanos;

  /**
   * @param grace how long old chunks stay for readers of old layouts
   */
  public NewChunks(
      CommandLog commands, Placer placer, SessionService sessions, Leases leases, Duration grace) {
    this.commands = commands;
    this.placer = placer;
    this.sessions = sessions;
    this.leases = leases;
    this.grace = grace;
  }

  /** An empty chunk in a group that has room; ENOSPC. */
  CompletableFuture<Reply.ChunkAllocated> allocate(DataSettings settings) {
    return session()
        .thenCompose(
            writer ->
                placer
                    .place(settings, List.of())
                    .thenCompose(
                        group -> {
                          Mutation.AllocateChunk mutation =
                              new Mutation.AllocateChunk(next(writer), settings, List.of());
                          return commands.submit(
                              new Command.Mutate(mutation, Timestamp.of(Instant.now()), group),
                              false);
                        })
                    .thenApply(reply -> (Reply.ChunkAllocated) reply));
  }

  private synchronized RequestId next(SessionId writer) {
    usedNanos = System.nanoTime();
    return new RequestId(writer, 0, ++sequence);
  }

  /** Has files refer to the copies of their pieces, which lie in {@code chunk} in their order. */
  CompletableFuture<Reply> refer(List<Piece> pieces, ChunkId chunk) {
    List<Command.Move> moves = new ArrayList<>(pieces.size());
    int at = 0;
    for (Piece piece : pieces) {
      moves.add(new Command.Move(piece.inode(), piece.extent(), chunk, at));
      at += piece.extent().length();
    }
    return session()
        .thenCompose(
            writer ->
                commands.submit(
                    new Command.Relocate(writer, moves, Instant.now().plus(grace).toEpochMilli()),
                    true));
  }

  private synchronized CompletableFuture<SessionId> session() {
    usedNanos = System.nanoTime();
    if (session == null || session.isCompletedExceptionally()) {
      sequence = 0;
      session =
          commands
              .submit(new Command.BeginSession("compaction", Timestamp.of(Instant.now())), false)
              .thenApply(reply -> ((Reply.SessionOpened) reply).session());
    }
    return session;
  }

  /** Keeps the session alive while it is used, ends it when it is not. */
  void tick(boolean idle, long nowNanos) {
    SessionId ended;
    synchronized (this) {
      if (session == null || !session.isDone() || session.isCompletedExceptionally()) {
        return;
      }
      SessionId id = session.join();
      if (!idle || nowNanos - usedNanos < IDLE_NANOS) {
        try {
          leases.renew(id, nowNanos);
        } catch (FsException e) {
          // It has run out, with the chunks that nothing refers to: the next use begins another.
          if (e.errno() == Errno.ESTALE) {
            session = null;
          }
        }
        return;
      }
      session = null;
      ended = id;
    }
    var unused = sessions.end(ended);
  }
}
