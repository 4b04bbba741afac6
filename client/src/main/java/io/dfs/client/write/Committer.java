package io.dfs.client.write;

import io.dfs.client.meta.NameserverClient;
import io.dfs.client.meta.WriteLeases;
import io.dfs.client.write.CommitOrder.Commit;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes written bytes part of files at the nameserver. Shared. */
final class Committer {
  private static final Logger log = LoggerFactory.getLogger(Committer.class);

  /** A commit that was refused so often will be the next time. */
  private static final int TRIES = 5;

  private final NameserverClient nameserver;
  private final WriteLeases leases;
  private final ChunkSource source;
  private final ChunkSync sync;

  Committer(NameserverClient nameserver, WriteLeases leases, ChunkSource source, ChunkSync sync) {
    this.nameserver = nameserver;
    this.leases = leases;
    this.source = source;
    this.sync = sync;
  }

  /**
   * Seals what no commit has sealed by now: until then the nameserver cannot give its space back.
   */
  CompletableFuture<Void> seal() {
    List<ChunkId> sealed = source.takeSealed();
    if (sealed.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    return nameserver
        .mutate(
            id -> new Mutation.Commit(id, InodeId.ROOT, List.of(), null, sealed, false, false),
            Reply.Node.class)
        .handle(
            (done, failure) -> {
              if (failure != null) {
                log.debug(
                    "sealing {} chunks failed; the session's end does it", sealed.size(), failure);
              }
              return null;
            });
  }

  /** Syncs what shall be durable and tells the nameserver; the attributes, or null if unchanged. */
  CompletableFuture<@Nullable Attr> commit(FileState file, Commit commit) {
    CompletableFuture<Void> synced =
        commit.durable()
            ? sync.sync(file.inode(), commit.unsynced(), commit.syncAll())
            : CompletableFuture.completedFuture(null);
    if (commit.extents().isEmpty()) {
      return commit.durable()
          ? synced
              .thenCompose(d -> nameserver.query(new Query.SyncMetadata(), Reply.Done.class))
              .thenApply(d -> null)
          : CompletableFuture.completedFuture(null);
    }
    List<ChunkId> sealed = source.takeSealed();
    return synced.thenCompose(d -> commit(file, commit, sealed, TRIES));
  }

  private CompletableFuture<@Nullable Attr> commit(
      FileState file, Commit commit, List<ChunkId> sealed, int tries) {
    return nameserver
        .mutate(
            id ->
                new Mutation.Commit(
                    id,
                    file.inode(),
                    commit.extents(),
                    commit.mtime(),
                    sealed,
                    commit.durable(),
                    commit.clearSetIds(),
                    commit.append(),
                    leases.areNeeded()),
            Reply.Node.class)
        .thenApply(Reply.Node::attr)
        .exceptionallyCompose(
            failure ->
                FsException.of(failure).errno() == Errno.ENOLCK && tries > 1
                    ? regain(file).thenCompose(v -> commit(file, commit, sealed, tries - 1))
                    : CompletableFuture.failedFuture(failure));
  }

  /**
   * The write lease ran out before all was committed: this client was cut off. Nobody has seen what
   * it wrote; that may come late, but not over what another client has written meanwhile.
   */
  private CompletableFuture<Void> regain(FileState file) {
    long base = file.baseVersion();
    return leases
        .ask(file.inode())
        .thenAccept(
            version -> {
              if (version != base) {
                throw new FsException(
                    Errno.EIO,
                    "another client changed inode "
                        + file.inode()
                        + " while this one was cut off from the nameserver; what was written here"
                        + " meanwhile is dropped: write it again");
              }
            });
  }
}
