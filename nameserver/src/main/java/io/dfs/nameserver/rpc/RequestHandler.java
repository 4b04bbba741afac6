package io.dfs.nameserver.rpc;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.ClusterRequest;
import io.dfs.common.message.Message;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.common.net.Call;
import io.dfs.common.net.CallHandler;
import io.dfs.nameserver.audit.Audit;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.op.SetSettings;
import io.dfs.nameserver.op.TailInTheWay;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes every request of the nameserver. Shared; never waits. */
public final class RequestHandler implements CallHandler {
  private static final Logger log = LoggerFactory.getLogger(RequestHandler.class);

  /**
   * A writer without room asks so often while the trash gives some back: 15 s, within the deadline
   * of a client's call.
   */
  private static final int ROOM_TRIES = 60;

  private final Services services;
  private final QueryHandler queries;
  private final Audit audit;

  public RequestHandler(Services services, StatusReport status, Audit audit) {
    this.services = services;
    this.audit = audit;
    this.queries = new QueryHandler(services, status);
  }

  @Override
  public void handle(Call call) {
    call.payload().release();
    try {
      CompletableFuture<? extends Reply> answer = answer(call.message());
      if (answer.isDone() && !answer.isCompletedExceptionally()) {
        finish(call, answer.join(), null);
      } else {
        answer.whenComplete((reply, failure) -> finish(call, reply, failure));
      }
    } catch (RuntimeException e) {
      fail(call, e);
    }
  }

  private void finish(Call call, @Nullable Reply reply, @Nullable Throwable failure) {
    if (reply != null) {
      call.reply(reply);
      audit.answered(call.message(), call.peerAddress(), reply, null);
    } else if (failure != null) {
      fail(call, failure);
    }
  }

  private void fail(Call call, Throwable failure) {
    FsException error = FsException.of(failure);
    String request = call.message().getClass().getSimpleName();
    if (error.errno() == Errno.EIO || error.errno() == Errno.EPROTO) {
      log.warn(
          "{} from {} failed [request {}]", request, call.peerAddress(), call.request(), error);
    }
    call.fail(error);
    audit.answered(call.message(), call.peerAddress(), null, error);
  }

  private CompletableFuture<? extends Reply> answer(Message message) {
    Completeness.check((Record) message);
    if (message instanceof Query query) {
      return queries.answer(query);
    } else if (message instanceof Mutation mutation) {
      return mutate(mutation);
    } else if (message instanceof ClusterRequest.TakeRewrite request) {
      return services.rewrites().take(request, System.nanoTime());
    } else if (message instanceof ClusterRequest request) {
      return services.cluster().answer(request).thenCompose(this::durable);
    }
    throw new FsException(
        Errno.EPROTO,
        "a nameserver does not answer "
            + message.getClass().getSimpleName()
            + "; is the address that of a dataserver?");
  }

  /**
   * A dataserver is told to delete a chunk only when the change that made it garbage survives a
   * power cut: else the file might come back, and its bytes would be gone.
   */
  private CompletableFuture<? extends Reply> durable(Reply reply) {
    boolean deletes =
        (reply instanceof Reply.HeartbeatAnswer answer && !answer.delete().isEmpty())
            || (reply instanceof Reply.Garbage garbage && !garbage.delete().isEmpty());
    return deletes
        ? services.commands().sync().thenApply(synced -> reply)
        : CompletableFuture.completedFuture(reply);
  }

  private CompletableFuture<Reply> mutate(Mutation mutation) {
    CompletableFuture<Void> ready = services.recalls().ready();
    if (ready != null) {
      return ready.thenCompose(unused -> mutate(mutation));
    }
    SessionId session = mutation.request().session();
    long now = System.nanoTime();
    services.leases().renew(session, now);
    if (mutation instanceof Mutation.Commit c && c.leased() && !c.extents().isEmpty()) {
      boolean lost = !services.recalls().mayCommit(session, c.inode(), now);
      return submit(mutation, null, c.durable(), lost);
    }
    CompletableFuture<Void> written = services.recalls().finish(session, contents(mutation), now);
    return written == null ? run(mutation) : written.thenCompose(unused -> run(mutation));
  }

  /**
   * The files whose content, size or time of change a mutation goes by or sets: what others have
   * written to them before comes first.
   */
  private static List<InodeId> contents(Mutation mutation) {
    if (mutation instanceof Mutation.SetAttr m) {
      return List.of(m.inode());
    } else if (mutation instanceof Mutation.Allocate m) {
      return List.of(m.inode());
    } else if (mutation instanceof Mutation.CloneRange m) {
      return List.of(m.from(), m.to());
    } else if (mutation instanceof Mutation.Commit m && !m.extents().isEmpty()) {
      return List.of(m.inode());
    }
    return List.of();
  }

  private CompletableFuture<Reply> run(Mutation mutation) {
    if (mutation instanceof Mutation.AllocateChunk allocate) {
      SetSettings.check(allocate.settings());
      return place(allocate, ROOM_TRIES)
          .thenCompose(group -> submit(mutation, group, false, false));
    }
    boolean durable = mutation instanceof Mutation.Commit c && c.durable();
    CompletableFuture<Reply> done = submit(mutation, null, durable, false);
    return mutation instanceof Mutation.Create || mutation instanceof Mutation.CreateUnnamed
        ? done.thenApply(reply -> made(mutation.request().session(), reply))
        : done;
  }

  /** Who makes a file mostly writes it next. */
  private Reply made(SessionId session, Reply reply) {
    return reply instanceof Reply.Opened opened
            && opened.created()
            && services.recalls().writeNew(session, opened.attr().inode(), System.nanoTime())
        ? opened.withWriteLease()
        : reply;
  }

  /** Finds a group; when space is what is missing, the trash gives some back first. */
  private CompletableFuture<GroupId> place(Mutation.AllocateChunk allocate, int tries) {
    return services
        .placer()
        .place(allocate.settings(), allocate.avoid())
        .exceptionallyCompose(
            failure ->
                tries > 0
                        && FsException.of(failure).errno() == Errno.ENOSPC
                        && services.trash().canMakeRoom(allocate.settings().chunkBytes())
                    ? services.trash().makeRoom().thenCompose(unused -> place(allocate, tries - 1))
                    : CompletableFuture.failedFuture(failure));
  }

  private CompletableFuture<Reply> submit(
      Mutation mutation, @Nullable GroupId group, boolean durable, boolean unleased) {
    return services
        .commands()
        .submit(new Command.Mutate(mutation, Timestamp.of(Instant.now()), group, unleased), durable)
        .exceptionallyCompose(
            failure ->
                FsException.of(failure).getCause() instanceof TailInTheWay tail
                    ? services
                        .commands()
                        .submit(new Command.PurgeTree(tail.tree()), false)
                        .thenCompose(unused -> submit(mutation, group, durable, unleased))
                    : CompletableFuture.failedFuture(failure));
  }
}
