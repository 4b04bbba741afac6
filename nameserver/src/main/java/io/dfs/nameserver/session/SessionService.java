package io.dfs.nameserver.session;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.DirtyFile;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.lease.Recalls;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.op.StateMachine;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.NewerChunks;
import io.dfs.nameserver.state.SessionRecord;
import io.dfs.nameserver.state.Tables;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens, renews and ends sessions. Shared. */
public final class SessionService {
  private static final Logger log = LoggerFactory.getLogger(SessionService.class);

  /** Far more than a cluster has mounts; each takes some KiB with its slots. */
  private static final int MAX_SESSIONS = 100_000;

  private static final int MAX_DESCRIPTION = 1000;

  private final Tables tables;
  private final CommandLog commands;
  private final Leases leases;
  private final Recalls recalls;
  private final long leaseMs;

  public SessionService(
      Tables tables, CommandLog commands, Leases leases, Recalls recalls, long leaseMs) {
    this.recalls = recalls;
    this.tables = tables;
    this.commands = commands;
    this.leases = leases;
    this.leaseMs = leaseMs;
  }

  /** After a start: sessions have a whole lease again, and unfinished endings go on. */
  public void resumeAll() {
    for (Map.Entry<SessionId, SessionRecord> each : tables.sessions().entrySet()) {
      if (each.getValue().ended()) {
        end(each.getKey());
      } else {
        leases.begin(each.getKey(), System.nanoTime());
        if (each.getValue().caches()) {
          recalls.expect(each.getKey());
        }
      }
    }
  }

  public CompletableFuture<Reply> open(Query.OpenSession q) {
    if (!q.resume().equals(SessionId.NONE)) {
      try {
        leases.renew(q.resume(), System.nanoTime());
      } catch (FsException e) {
        throw withRestore(e);
      }
      return CompletableFuture.completedFuture(opened(q.resume()));
    }
    if (leases.size() >= MAX_SESSIONS) {
      throw new FsException(
          Errno.EAGAIN, "there are " + MAX_SESSIONS + " sessions; unmount some and try again");
    }
    String text = q.description();
    String description =
        text.length() > MAX_DESCRIPTION ? text.substring(0, MAX_DESCRIPTION) : text;
    return commands
        .submit(
            new Command.BeginSession(description, q.caches(), Timestamp.of(Instant.now())), false)
        .thenApply(reply -> opened(((Reply.SessionOpened) reply).session()));
  }

  /** Who meets a tree of another time has to know. */
  private FsException withRestore(FsException ended) {
    List<NewerChunks> restores = tables.newer();
    if (restores.isEmpty()) {
      return ended;
    }
    long seconds = restores.get(restores.size() - 1).restored().seconds();
    return new FsException(
        ended.errno(),
        ended.getMessage()
            + ". The tree was restored from a backup at "
            + Instant.ofEpochSecond(seconds)
            + ": what was mounted before that must be unmounted and mounted again, as it may show"
            + " files of a time that is gone",
        ended);
  }

  private Reply opened(SessionId session) {
    return new Reply.SessionOpened(
        session,
        (int) leaseMs,
        StateMachine.SLOTS,
        tables.clusterId(),
        tables.inode(InodeId.ROOT).settings(),
        (int) recalls.leaseMs());
  }

  /** As {@link Query.AwaitRecalls} promises; it renews the session's lease too. */
  public CompletableFuture<Reply> recalls(Query.AwaitRecalls q) {
    long now = System.nanoTime();
    leases.renew(q.session(), now);
    List<InodeId> unchanged = new ArrayList<>(0);
    for (DirtyFile file : q.dirty() == null ? List.<DirtyFile>of() : q.dirty()) {
      Inode inode = tables.findInode(file.inode());
      if (inode != null && inode.version() == file.version()) {
        unchanged.add(file.inode());
      }
    }
    return recalls.ask(q, unchanged, now);
  }

  /** As {@link Query.ReturnWrites} promises. */
  public void returned(Query.ReturnWrites q) {
    long now = System.nanoTime();
    leases.renew(q.session(), now);
    recalls.returned(q.session(), q.numbers(), now);
  }

  /** Ends a session, in as many steps as it takes. No error when it has ended. */
  public CompletableFuture<Reply> end(SessionId session) {
    leases.end(session);
    return commands
        .submit(new Command.EndSession(session), false)
        .thenCompose(
            reply ->
                tables.findSession(session) == null
                    ? CompletableFuture.completedFuture(reply)
                    : end(session));
  }

  /** Ends the sessions whose lease has run out. */
  public void sweep(long nowNanos) {
    for (SessionId session : leases.expired(nowNanos, leaseMs * 1_000_000)) {
      log.warn("session {} was silent for its lease of {} ms and is ended", session, leaseMs);
      end(session)
          .whenComplete(
              (reply, failure) -> {
                if (failure != null) {
                  // Left for the next sweep.
                  leases.begin(session, nowNanos - leaseMs * 1_000_000);
                }
              });
    }
  }
}
