package io.dfs.client.vfs;

import io.dfs.client.meta.Locks;
import io.dfs.client.meta.MetaCache;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.meta.Namespace;
import io.dfs.client.meta.Releases;
import io.dfs.client.read.Reader;
import io.dfs.client.session.OpenInodes;
import io.dfs.client.vfs.HandleTable.Handle;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.client.write.FileState;
import io.dfs.client.write.Writing;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Close;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes handles and ends them, as {@link Vfs} promises. Shared. */
final class Opening {
  private static final Logger log = LoggerFactory.getLogger(Opening.class);

  /** As many extents as are worth keeping for the next open. */
  private static final int SMALL_LAYOUT = 64;

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final NameserverClient nameserver;
  private final MetaCache cache;
  private final Namespace namespace;
  private final Locks locks;
  private final OpenInodes openInodes;
  private final Releases releases;
  private final Writing writing;
  private final Reader reader;
  private final HandleTable handles;
  private final BiFunction<Caller, InodeId, CompletableFuture<Attr>> truncate;

  /**
   * @param truncate makes a file empty
   */
  Opening(
      Rooms rooms,
      HandleTable handles,
      BiFunction<Caller, InodeId, CompletableFuture<Attr>> truncate) {
    this.nameserver = rooms.nameserver;
    this.cache = rooms.cache;
    this.namespace = rooms.namespace;
    this.locks = rooms.locks;
    this.openInodes = rooms.openInodes;
    this.releases = rooms.releases;
    this.writing = rooms.writing;
    this.reader = rooms.reader;
    this.handles = handles;
    this.truncate = truncate;
  }

  /** What is open in another process. */
  void takeOver(VfsState state) {
    for (VfsState.OpenHandle each : state.handles()) {
      Attr attr = each.attr();
      OpenMode mode = each.mode();
      FileState file = attr == null ? null : writing.open(attr);
      Handle handle =
          new Handle(
              each.inode(),
              each.caller(),
              mode,
              file,
              file != null && mode.read() ? reader.newReadAhead() : null);
      handle.readAt = each.readAt();
      handle.atimeDue = each.atimeDue();
      handle.takeOver(each.lockOwners());
      if (file != null) {
        // A kernel may hold pages of it.
        file.shown();
        FsException failure = each.failure();
        if (failure != null) {
          file.tellNext(failure);
        }
      }
      handles.takeOver(each.number(), handle);
    }
    handles.takeOverNext(state.nextHandle());
    openInodes.takeOver(state.opens());
  }

  CompletableFuture<Opened> create(
      Caller caller,
      InodeId parent,
      Name name,
      int mode,
      int umask,
      boolean exclusive,
      OpenMode openMode) {
    return namespace
        .create(caller, parent, name, mode, umask, exclusive)
        .thenCompose(
            reply -> reply.created() ? CompletableFuture.completedFuture(reply) : now(reply))
        .thenCompose(reply -> opened(caller, openMode, reply));
  }

  /** A file that was there, with what another client may have written to it and not committed. */
  private CompletableFuture<Reply.Opened> now(Reply.Opened reply) {
    return namespace
        .getattr(reply.attr().inode())
        .handle(
            (attr, failure) -> {
              if (attr == null) {
                return reply;
              }
              boolean same = attr.version() == reply.attr().version();
              return new Reply.Opened(attr, same ? reply.layout() : null, false);
            });
  }

  CompletableFuture<Opened> tmpfile(
      Caller caller, InodeId parent, int mode, int umask, OpenMode openMode) {
    return namespace
        .createUnnamed(caller, parent, mode, umask)
        .thenCompose(reply -> opened(caller, openMode, reply));
  }

  CompletableFuture<Opened> open(Caller caller, InodeId inode, OpenMode openMode) {
    CompletableFuture<Opened> leased = leased(caller, inode, openMode);
    if (leased != null) {
      return leased;
    }
    int access = (openMode.read() ? 4 : 0) | (openMode.write() || openMode.truncate() ? 2 : 0);
    FileState known = writing.find(inode);
    long version = known == null ? -1 : known.layoutVersion();
    long stamp = cache.stamp();
    return nameserver
        .query(
            session -> new Query.Open(session, caller, inode, access, version), Reply.Opened.class)
        .thenCompose(
            reply -> {
              cache.learn(reply.attr(), stamp);
              return opened(caller, openMode, reply);
            });
  }

  CompletableFuture<Opened> open(Caller caller, InodeId parent, Name name, OpenMode openMode) {
    InodeId meant = cache.hasLeases() ? cache.entry(parent, name) : null;
    CompletableFuture<Opened> leased = meant == null ? null : leased(caller, meant, openMode);
    if (leased != null) {
      return leased;
    }
    int access = (openMode.read() ? 4 : 0) | (openMode.write() || openMode.truncate() ? 2 : 0);
    long stamp = cache.stamp();
    return nameserver
        .query(
            session -> new Query.OpenAt(session, caller, parent, name, access, InodeId.ROOT, -1),
            Reply.Opened.class)
        .thenCompose(
            reply -> {
              cache.learn(reply.attr(), stamp);
              if (!name.isDot() && !name.isDotDot()) {
                cache.learnEntry(parent, name, reply.attr().inode(), stamp);
              }
              return opened(caller, openMode, reply);
            });
  }

  /** Opens without asking what a lease covers; null when it does not. */
  private @Nullable CompletableFuture<Opened> leased(
      Caller caller, InodeId inode, OpenMode openMode) {
    if (!cache.hasLeases() || inode.equals(InodeId.NONE) || !Namespace.passes(caller)) {
      return null;
    }
    // First: a recall either finds it open, or is found here.
    openInodes.openedQuietly(inode);
    Attr attr = cache.attr(inode);
    if (attr != null && attr.nlink() > 0) {
      Layout layout = cache.layout(inode, attr.version());
      if (layout != null || !needsLayout(attr, openMode)) {
        return ready(caller, openMode, new Reply.Opened(attr, layout, false));
      }
    }
    released(inode, null);
    return null;
  }

  /** Whether the first read would ask for the layout, which a proper open brings along. */
  private boolean needsLayout(Attr attr, OpenMode openMode) {
    FileState open = writing.find(attr.inode());
    return openMode.read()
        && attr.type() == FileType.REGULAR
        && attr.sizeBytes() > 0
        && (open == null || open.layoutVersion() != attr.version());
  }

  private CompletableFuture<Opened> opened(Caller caller, OpenMode mode, Reply.Opened reply) {
    openInodes.opened(reply.attr().inode());
    Layout layout = reply.layout();
    if (layout != null && layout.nextOffset() < 0 && layout.extents().size() <= SMALL_LAYOUT) {
      cache.learnLayout(reply.attr().inode(), layout);
    }
    return ready(caller, mode, reply);
  }

  /** Makes the handle of an open that is counted. */
  private CompletableFuture<Opened> ready(Caller caller, OpenMode mode, Reply.Opened reply) {
    Attr attr = reply.attr();
    boolean changes = mode.write() || mode.truncate();
    if (attr.type() != FileType.REGULAR) {
      if (changes) {
        released(attr.inode(), null);
        Errno errno = attr.isDirectory() ? Errno.EISDIR : Errno.EINVAL;
        return CompletableFuture.failedFuture(
            new FsException(errno, "inode " + attr.inode() + " is no regular file"));
      }
      long number = handles.add(new Handle(attr.inode(), caller, mode, null, null));
      return CompletableFuture.completedFuture(new Opened(number, attr));
    }
    FileState file = writing.open(attr);
    Layout layout = reply.layout();
    if (layout != null) {
      file.learnLayout(0, layout);
    }
    Handle handle =
        new Handle(attr.inode(), caller, mode, file, mode.read() ? reader.newReadAhead() : null);
    long number = handles.add(handle);
    if (!mode.truncate() || reply.created()) {
      return CompletableFuture.completedFuture(new Opened(number, file.view(attr)));
    }
    return truncate
        .apply(caller, attr.inode())
        .handle(
            (cut, failure) -> {
              if (cut != null) {
                return CompletableFuture.completedFuture(new Opened(number, cut));
              }
              release(number);
              return CompletableFuture.<Opened>failedFuture(FsException.of(failure));
            })
        .thenCompose(f -> f);
  }

  CompletableFuture<Opened> opendir(Caller caller, InodeId directory) {
    return open(caller, directory, OpenMode.READ)
        .thenCompose(
            opened -> {
              if (opened.attr().isDirectory()) {
                return CompletableFuture.completedFuture(opened);
              }
              release(opened.handle());
              return CompletableFuture.failedFuture(
                  new FsException(Errno.ENOTDIR, "inode " + directory + " is no directory"));
            });
  }

  /**
   * The file was read at the handle's time: this client's atime changes at once, as programs look
   * right after they have read, and that of the nameserver with the release.
   */
  void read(Handle handle) {
    Timestamp readAt = handle.readAt;
    if (readAt != null && cache.touch(handle.inode, readAt)) {
      handle.atimeDue = true;
    }
  }

  /** As {@code Vfs.release} promises, but throws when there is no such handle. */
  CompletableFuture<Void> release(long number) {
    Handle handle = handles.remove(number);
    FileState file = handle.file;
    if (file == null) {
      released(handle.inode, null);
      return DONE;
    }
    // Whoever gets a lock next sees what was written under it.
    return file.flush(false)
        .handle((done, failure) -> unlock(handle).thenCompose(unlocked -> result(failure)))
        .thenCompose(f -> f)
        .whenComplete(
            (done, failure) -> {
              Layout whole = failure == null ? file.wholeLayout() : null;
              if (whole != null) {
                cache.learnLayout(handle.inode, whole);
              }
              writing.close(file);
              released(handle.inode, handle.atimeDue ? handle.readAt : null);
            });
  }

  static CompletableFuture<Void> result(@Nullable Throwable failure) {
    return failure == null ? DONE : CompletableFuture.failedFuture(failure);
  }

  /** Frees what is left of the locks that were taken through the handle; the file is closed. */
  private CompletableFuture<Void> unlock(Handle handle) {
    List<Lock> left = handle.takeLocks();
    if (left.isEmpty()) {
      return DONE;
    }
    return CompletableFuture.allOf(
            left.stream()
                .map(lock -> locks.set(handle.inode, lock, false))
                .toArray(CompletableFuture[]::new))
        .exceptionally(
            failure -> {
              log.warn(
                  "locks of inode {} could not be freed; they end with the session",
                  handle.inode,
                  failure);
              return null;
            });
  }

  /**
   * Ends an open. The nameserver hears of the last one, if it has counted any or if the time of
   * reading is to be recorded.
   */
  private void released(InodeId inode, @Nullable Timestamp readAt) {
    int told = openInodes.released(inode);
    int count = Math.max(0, told);
    if (count == 0 && readAt == null) {
      return;
    }
    releases.add(new Close(inode, count, readAt));
  }
}
