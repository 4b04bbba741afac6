package io.dfs.client.vfs;

import io.dfs.client.meta.MetaCache;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.meta.Namespace;
import io.dfs.client.vfs.HandleTable.Handle;
import io.dfs.client.write.FileState;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Mutation.Allocate;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.util.concurrent.CompletableFuture;

/** Changes of ranges that move no bytes: fallocate and copies that share chunks. Shared. */
final class FileRanges {
  /**
   * Calls to the nameserver in one copy, each for about a thousand extents; a program whose copy
   * came out shorter goes on from there.
   */
  private static final int MAX_STEPS = 64;

  private record Copy(
      InodeId from, long fromOffset, InodeId to, long toOffset, long length, boolean clearSetIds) {}

  private final NameserverClient nameserver;
  private final Namespace namespace;
  private final MetaCache cache;

  FileRanges(Rooms rooms) {
    this.nameserver = rooms.nameserver;
    this.namespace = rooms.namespace;
    this.cache = rooms.cache;
  }

  /** As {@code Vfs.fallocate} promises, but throws what is wrong with the handle. */
  CompletableFuture<Void> allocate(Handle handle, int mode, long offset, long length) {
    FileState file = writable(handle);
    return file.flush(false)
        .thenCompose(done -> requireRoom(file, mode, length))
        .thenCompose(done -> allocate(handle, file, mode, offset, length));
  }

  private static FileState writable(Handle handle) {
    FileState file = handle.file();
    if (!handle.mode.write()) {
      throw new FsException(Errno.EBADF, "the file is not open for writing");
    }
    return file;
  }

  private CompletableFuture<Void> allocate(
      Handle handle, FileState file, int mode, long offset, long length) {
    return namespace
        .changing()
        .of(file.inode())
        .run(
            id -> new Allocate(id, file.inode(), mode, offset, length, handle.caller.uid() != 0),
            Reply.Ranged.class,
            (reply, asked) -> cache.changed(reply.attr(), asked))
        .thenCompose(
            reply -> {
              long left = length - reply.doneBytes();
              return left <= 0 || reply.doneBytes() <= 0
                  ? CompletableFuture.<Void>completedFuture(null)
                  : allocate(handle, file, mode, offset + reply.doneBytes(), left);
            });
  }

  /**
   * ENOSPC unless the servers have room for what a plain allocation promises. Bytes that the file
   * has anywhere are taken for some of those; that errs on the side of saying yes.
   */
  private CompletableFuture<Void> requireRoom(FileState file, int mode, long length) {
    if ((mode & ~Allocate.KEEP_SIZE) != 0) {
      return CompletableFuture.completedFuture(null);
    }
    return nameserver
        .query(new Query.StatFs(), Reply.FsStats.class)
        .thenAccept(
            stats -> {
              Attr attr = file.attr();
              long wanted = length - attr.allocatedBytes();
              if (wanted > stats.freeBytes() / Math.max(1, attr.settings().replicas())) {
                throw new FsException(
                    Errno.ENOSPC,
                    "the servers have no room for " + length + " bytes; add one, or free some");
              }
            });
  }

  /** As {@code Vfs.copyRange} promises, but throws what is wrong with the handles. */
  CompletableFuture<Long> copy(
      Handle from, long fromOffset, Handle to, long toOffset, long length) {
    FileState source = from.file();
    FileState target = writable(to);
    if (!from.mode.read() || to.mode.append()) {
      throw new FsException(
          Errno.EBADF, "a copy needs a file that is open for reading and one not for appending");
    }
    return CompletableFuture.allOf(source.flush(false), target.flush(false))
        .thenCompose(done -> namespace.freshAttr(source.inode()))
        .thenCompose(
            attr -> {
              // A copy to further on in the same file makes it longer, and is not its own source.
              long wanted = Math.min(length, attr.sizeBytes() - fromOffset);
              Copy all =
                  new Copy(
                      source.inode(),
                      fromOffset,
                      target.inode(),
                      toOffset,
                      wanted,
                      to.caller.uid() != 0);
              return length > 0 && wanted <= 0
                  ? CompletableFuture.completedFuture(0L)
                  : copy(all, 0, MAX_STEPS);
            });
  }

  private CompletableFuture<Long> copy(Copy all, long done, int steps) {
    return namespace
        .changing()
        .of(all.to())
        .run(
            id ->
                new Mutation.CloneRange(
                    id,
                    all.from(),
                    all.fromOffset() + done,
                    all.to(),
                    all.toOffset() + done,
                    all.length() - done,
                    all.clearSetIds()),
            Reply.Ranged.class,
            (reply, asked) -> cache.changed(reply.attr(), asked))
        .thenCompose(
            reply -> {
              long now = done + reply.doneBytes();
              return reply.doneBytes() == 0 || now == all.length() || steps == 1
                  ? CompletableFuture.completedFuture(now)
                  : copy(all, now, steps - 1);
            });
  }
}
