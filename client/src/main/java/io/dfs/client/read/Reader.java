package io.dfs.client.read;

import io.dfs.client.ClientConfig;
import io.dfs.client.cache.BlockCache;
import io.dfs.client.cache.DiskTier;
import io.dfs.client.chunk.Dataservers;
import io.dfs.client.chunk.GroupTable;
import io.dfs.client.meta.MetaCache;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.write.FileState;
import io.dfs.client.write.ReadPlan;
import io.dfs.client.write.ReadPlan.Part;
import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** Reads files: dirty pieces, cached blocks, dataservers. Shared. */
public final class Reader {
  private static final CompletableFuture<ByteBuf> EMPTY =
      CompletableFuture.completedFuture(Unpooled.EMPTY_BUFFER);

  private static final int ZERO_BYTES = 1 << 20;

  /** Made for the first hole that is read. */
  private static final class Zeros {
    /** What holes are made of; every user has a reference of its own. */
    static final ByteBuf BUFFER = Unpooled.directBuffer(ZERO_BYTES).writeZero(ZERO_BYTES);
  }

  private static final int LAYOUT_PAGE = 4096;

  /** A layout that changes faster than it can be read so often in a row is not worth more. */
  private static final int MAX_PLANS = 50;

  /** Read ahead for all handles; eight streams with the default window. */
  public static final long MAX_AHEAD_BYTES = 64L << 20;

  private final NameserverClient nameserver;
  private final MetaCache cache;
  private final BlockFetcher fetcher;
  private final long attributeTtlNanos;
  private final long maxWindow;

  public Reader(
      ClientConfig config,
      NameserverClient nameserver,
      MetaCache cache,
      BlockCache blocks,
      @Nullable DiskTier disk,
      GroupTable groups,
      Dataservers dataservers,
      ScheduledExecutorService timer) {
    this.nameserver = nameserver;
    this.cache = cache;
    this.attributeTtlNanos = config.attributeTtl().toNanos();
    this.maxWindow = Math.min(config.readAhead(), blocks.maxBytes() / 4);
    this.fetcher =
        new BlockFetcher(
            blocks,
            disk,
            groups,
            dataservers,
            nameserver,
            timer,
            config.deadline().toNanos(),
            Math.min(blocks.maxBytes() / 2, MAX_AHEAD_BYTES));
  }

  /** Blocks that were in memory when somebody read them. */
  public long cacheHits() {
    return fetcher.hits();
  }

  /** Runs of blocks that somebody had to wait for. */
  public long cacheMisses() {
    return fetcher.misses();
  }

  /** For a new handle. */
  public ReadAhead newReadAhead() {
    return new ReadAhead(maxWindow);
  }

  /** As {@code Vfs.read} promises. */
  public CompletableFuture<ByteBuf> read(
      FileState file, @Nullable ReadAhead ahead, long offset, int length) {
    if (offset < 0 || length < 0) {
      return CompletableFuture.failedFuture(
          new FsException(Errno.EINVAL, "read of " + length + " bytes at " + offset));
    }
    int wanted = (int) Math.min(length, Long.MAX_VALUE - offset);
    long size = file.size();
    if (mayHaveChanged(file, offset + wanted > size)) {
      long stamp = cache.stamp();
      return nameserver
          .query(session -> new Query.GetAttr(file.inode(), session), Reply.Node.class)
          .thenCompose(
              reply -> {
                cache.learn(reply.attr(), stamp);
                return planned(file, offset, wanted, 0, -1, false);
              });
    }
    CompletableFuture<ByteBuf> result = planned(file, offset, wanted, 0, -1, false);
    if (ahead != null) {
      long to = ahead.advance(offset, wanted, size);
      if (to > 0) {
        readAhead(file, ahead.from(), to);
      }
    }
    return result;
  }

  /** Perhaps another client has changed it, or without leases made it longer. */
  private boolean mayHaveChanged(FileState file, boolean pastEnd) {
    return cache.hasLeases()
        ? cache.attr(file.inode()) == null
        : pastEnd && file.isOlderThan(attributeTtlNanos);
  }

  private CompletableFuture<ByteBuf> planned(
      FileState file, long offset, int length, int plans, long lastMissing, boolean again) {
    ReadPlan plan = file.plan(offset, length);
    if (plan.missingLayout() >= 0) {
      plan.release();
      if (plans > MAX_PLANS) {
        return CompletableFuture.failedFuture(
            new FsException(
                Errno.EIO, "the layout of inode " + file.inode() + " changes all the time"));
      }
      // Reaching further is progress; asking for the same again is not.
      int next = plan.missingLayout() > lastMissing ? 0 : plans + 1;
      return loadLayout(file, plan.missingLayout())
          .thenCompose(done -> planned(file, offset, length, next, plan.missingLayout(), again));
    }
    if (plan.parts().isEmpty()) {
      return EMPTY;
    }
    if (plan.parts().size() == 1) {
      ByteBuf at = atHand(plan.parts().get(0));
      if (at != null) {
        return CompletableFuture.completedFuture(at);
      }
    }
    CompletableFuture<ByteBuf> result = assemble(plan);
    if (again) {
      return result;
    }
    if (result.isDone() && !result.isCompletedExceptionally()) {
      return result;
    }
    return result
        .handle(
            (bytes, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(bytes);
              }
              // Perhaps the layout is old, and what it names was overwritten and is gone.
              long version = file.layoutVersion();
              return loadLayout(file, offset)
                  .thenCompose(
                      done ->
                          file.layoutVersion() == version
                              ? CompletableFuture.<ByteBuf>failedFuture(FsException.of(failure))
                              : planned(file, offset, length, 0, -1, true));
            })
        .thenCompose(f -> f);
  }

  /** A part that needs no waiting and no joining, else null. */
  private @Nullable ByteBuf atHand(Part part) {
    if (part.memory() != null) {
      return part.memory();
    }
    Extent e = part.extent();
    if (e == null) {
      return part.length() <= ZERO_BYTES ? Zeros.BUFFER.retainedSlice(0, part.length()) : null;
    }
    int end = e.chunkOffset() + e.length();
    return e.chunkOffset() / Crc32c.BLOCK_BYTES == (end - 1) / Crc32c.BLOCK_BYTES
        ? fetcher.cached(e.chunk(), e.chunkOffset(), end)
        : null;
  }

  private CompletableFuture<ByteBuf> assemble(ReadPlan plan) {
    Assembly assembly = new Assembly();
    for (Part part : plan.parts()) {
      if (part.memory() != null) {
        assembly.add(part.memory());
      } else if (part.extent() != null) {
        Extent e = part.extent();
        fetcher.fetch(assembly, e.chunk(), e.chunkOffset(), e.chunkOffset() + e.length());
      } else {
        for (int left = part.length(); left > 0; left -= ZERO_BYTES) {
          assembly.add(Zeros.BUFFER.retainedSlice(0, Math.min(left, ZERO_BYTES)));
        }
      }
    }
    assembly.complete();
    return assembly.result;
  }

  private CompletableFuture<Void> loadLayout(FileState file, long offset) {
    return nameserver
        .query(new Query.GetLayout(file.inode(), offset, LAYOUT_PAGE), Reply.LayoutPart.class)
        .thenAccept(reply -> file.learnLayout(offset, reply.layout()));
  }

  private void readAhead(FileState file, long from, long to) {
    ReadPlan plan = file.plan(from, (int) (to - from));
    for (Part part : plan.parts()) {
      Extent e = part.extent();
      if (e != null) {
        fetcher.ahead(e.chunk(), e.chunkOffset(), e.chunkOffset() + e.length());
      }
    }
    plan.release();
  }
}
