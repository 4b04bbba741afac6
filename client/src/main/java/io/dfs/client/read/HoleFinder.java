package io.dfs.client.read;

import io.dfs.client.ClientConfig;
import io.dfs.client.meta.MetaCache;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.write.DataSeek;
import io.dfs.client.write.FileState;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.util.concurrent.CompletableFuture;

/** Finds data and holes: in what is written here, then in the committed layout. Shared. */
public final class HoleFinder {
  private static final int LAYOUT_PAGE = 4096;

  /** A layout that changes faster than it can be read so often is not worth more. */
  private static final int MAX_STEPS_BACK = 50;

  private final NameserverClient nameserver;
  private final MetaCache cache;
  private final long attributeTtlNanos;

  public HoleFinder(ClientConfig config, NameserverClient nameserver, MetaCache cache) {
    this.nameserver = nameserver;
    this.cache = cache;
    this.attributeTtlNanos = config.attributeTtl().toNanos();
  }

  /** As {@code Vfs.seek} promises. */
  public CompletableFuture<Long> find(FileState file, long offset, boolean hole) {
    if (offset < 0) {
      return CompletableFuture.failedFuture(
          new FsException(Errno.ENXIO, "no data or hole at the negative offset " + offset));
    }
    boolean known =
        cache.hasLeases() ? cache.attr(file.inode()) != null : !file.isOlderThan(attributeTtlNanos);
    if (known) {
      return step(file, offset, hole, -1, 0);
    }
    long stamp = cache.stamp();
    return nameserver
        .query(session -> new Query.GetAttr(file.inode(), session), Reply.Node.class)
        .thenCompose(
            reply -> {
              cache.learn(reply.attr(), stamp);
              return step(file, offset, hole, -1, 0);
            });
  }

  private CompletableFuture<Long> step(
      FileState file, long offset, boolean hole, long lastMissing, int stepsBack) {
    DataSeek seek = file.seek(offset, hole);
    long missing = seek.missingLayout();
    if (seek.offset() >= 0) {
      return CompletableFuture.completedFuture(seek.offset());
    }
    if (missing < 0) {
      return CompletableFuture.failedFuture(
          new FsException(
              Errno.ENXIO, "no " + (hole ? "hole" : "data") + " from " + offset + " on"));
    }
    int back = missing > lastMissing ? 0 : stepsBack + 1;
    if (back > MAX_STEPS_BACK) {
      return CompletableFuture.failedFuture(
          new FsException(
              Errno.EIO, "the layout of inode " + file.inode() + " changes all the time"));
    }
    return nameserver
        .query(new Query.GetLayout(file.inode(), missing, LAYOUT_PAGE), Reply.LayoutPart.class)
        .thenCompose(
            reply -> {
              file.learnLayout(missing, reply.layout());
              return step(file, offset, hole, missing, back);
            });
  }
}
