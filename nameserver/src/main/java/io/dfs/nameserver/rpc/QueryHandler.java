package io.dfs.nameserver.rpc;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Close;
import io.dfs.common.message.DirEntry;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.Snapshot;
import io.dfs.nameserver.lease.Reading;
import io.dfs.nameserver.lock.LockList;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.Names;
import io.dfs.nameserver.namespace.RelativeAtime;
import io.dfs.nameserver.namespace.Xattrs;
import io.dfs.nameserver.op.FileLayout;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.TrashView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers queries, straight from the store on the calling thread. Shared. */
final class QueryHandler {
  /** With names of 255 bytes and attributes this stays under a MiB on the wire. */
  private static final int MAX_ENTRIES = 2048;

  /** A name that was replaced so often within one request is not worth another look. */
  private static final int MAX_RENAMES = 100;

  /** Each waits for the clients that have to be told, so this is far more than a deadline takes. */
  private static final int MAX_LOOKS = 1000;

  private static final int MAX_EXTENTS = 16_384;

  /** A waiter asks again after it, so that a lost client is noticed. */
  private static final int MAX_WAIT_MS = 60_000;

  private final Services services;
  private final Tables tables;
  private final StatusReport status;
  private final TrashQueries trash;
  private final SessionQueries clients;
  private final Siblings siblings;

  QueryHandler(Services services, StatusReport status) {
    this.services = services;
    this.tables = services.tables();
    this.status = status;
    this.trash = new TrashQueries(services);
    this.clients = new SessionQueries(services);
    this.siblings = new Siblings(services);
  }

  CompletableFuture<? extends Reply> answer(Query query) {
    if (query instanceof Query.OpenSession q) {
      return services.sessions().open(q);
    } else if (query instanceof Query.CloseSession q) {
      return services.sessions().end(q.session());
    } else if (query instanceof Query.AwaitLock q) {
      return await(q);
    } else if (query instanceof Query.AwaitRecalls q) {
      return services.sessions().recalls(q);
    } else if (query instanceof Query.Lookup q) {
      return keeping(q.session(), reading -> lookup(q, reading), 0);
    } else if (query instanceof Query.GetAttr q) {
      return keeping(q.session(), reading -> attr(q.inode(), reading), 0);
    } else if (query instanceof Query.ReadDir q) {
      return keeping(q.session(), reading -> readDir(q, reading), 0);
    } else if (query instanceof Query.Open q) {
      return keeping(q.session(), reading -> open(q, reading), 0);
    } else if (query instanceof Query.OpenAt q) {
      return keeping(q.session(), reading -> openAt(q, reading), 0);
    } else if (query instanceof Query.AcquireWrite q) {
      return acquire(q);
    } else if (query instanceof Query.SyncMetadata) {
      return services.commands().sync().thenApply(unused -> Reply.Done.DONE);
    } else if (query instanceof Query.ReadFeed q) {
      return services.feeds().read(q.feed(), q.offset());
    } else if (query instanceof Query.DiscardNewer) {
      return services.commands().submit(new Command.DiscardNewer(), false);
    } else if (query instanceof Query.ReportReplica q) {
      return services
          .bad()
          .report(q.chunk(), q.server(), q.problem())
          .thenApply(unused -> Reply.Done.DONE);
    } else if (query instanceof Query.SetServer q) {
      return services.operators().set(q);
    } else if (query instanceof Query.SetWork q) {
      return services.operators().set(q);
    }
    return CompletableFuture.completedFuture(now(query));
  }

  /**
   * Answers what the asker may keep. What others have not been told of yet is not shown: it is
   * looked at again when they have. After a start that may be any change of just before it.
   */
  private CompletableFuture<Reply> keeping(
      @Nullable SessionId session, Function<Reading, Reply> question, int looks) {
    CompletableFuture<Void> ready = services.recalls().ready();
    if (ready != null) {
      // Sessions of before the start may have written what is not committed.
      return ready.thenCompose(unused -> keeping(session, question, looks));
    }
    Reading reading = services.recalls().read(session, System.nanoTime());
    Reply reply = null;
    FsException failure = null;
    try {
      reply = question.apply(reading);
    } catch (FsException e) {
      failure = e;
    }
    CompletableFuture<Void> disturbed = reading.disturbed();
    if (disturbed == null) {
      return failure == null
          ? CompletableFuture.completedFuture(reply)
          : CompletableFuture.failedFuture(failure);
    }
    if (session != null && reply instanceof Reply.Opened opened) {
      closed(session, opened.attr().inode(), 1);
    }
    if (looks == MAX_LOOKS) {
      return CompletableFuture.failedFuture(
          new FsException(Errno.EAGAIN, "what was asked for changes all the time; try again"));
    }
    return disturbed.thenCompose(unused -> keeping(session, question, looks + 1));
  }

  private CompletableFuture<Reply> acquire(Query.AcquireWrite q) {
    CompletableFuture<Void> ready = services.recalls().ready();
    if (ready != null) {
      return ready.thenCompose(unused -> acquire(q));
    }
    renew(q.session());
    tables.inode(q.inode());
    return services
        .recalls()
        .acquire(q.session(), q.inode(), System.nanoTime())
        .thenCompose(free -> keeping(q.session(), reading -> attr(q.inode(), reading), 0));
  }

  private Reply now(Query query) {
    if (query instanceof Query.Access q) {
      Access.require(tables.inode(TrashView.real(q.inode())), q.caller(), q.mask() & 7);
      return Reply.Done.DONE;
    } else if (query instanceof Query.Release q) {
      return release(q);
    } else if (query instanceof Query.GetLayout q) {
      return layout(q);
    } else if (query instanceof Query.ReadLink q) {
      tables.inode(q.inode());
      return new Reply.Bytes(tables.symlink(q.inode()));
    } else if (query instanceof Query.GetXattr q) {
      return xattr(q);
    } else if (query instanceof Query.ListXattr q) {
      return xattrs(q);
    } else if (query instanceof Query.KeepAlive q) {
      renew(q.session());
      return Reply.Done.DONE;
    } else if (query instanceof Query.AssertOpen q) {
      renew(q.session());
      q.inodes().forEach(inode -> services.opens().ensureOpen(q.session(), inode));
      return Reply.Done.DONE;
    } else if (query instanceof Query.ReturnWrites q) {
      services.sessions().returned(q);
      return Reply.Done.DONE;
    } else if (query instanceof Query.GetGroups q) {
      return services.registry().map().since(q.knownEpoch());
    } else if (query instanceof Query.GetLock q) {
      return lock(q);
    } else if (query instanceof Query.StatFs) {
      return status.statFs();
    } else if (query instanceof Query.GetStatus) {
      return status.status();
    } else if (query instanceof Query.BackupMetadata) {
      return services.feeds().open("backup", services.backups()::archive);
    } else if (query instanceof Query.DumpMetadata) {
      return services.feeds().open("dump", services.backups()::dump);
    } else if (query instanceof Query.GetTrash) {
      return trash.state();
    } else if (query instanceof Query.ListTrash q) {
      return trash.list(q);
    } else if (query instanceof Query.EmptyTrash q) {
      services.trash().empty(q.caller());
      return Reply.Done.DONE;
    } else if (query instanceof Query.CheckFilesystem q) {
      return services
          .feeds()
          .open("check", out -> services.checker().check(q.repair(), q.copies(), out));
    } else if (query instanceof Query.CloseFeed q) {
      services.feeds().done(q.feed());
      return Reply.Done.DONE;
    } else if (query instanceof Query.Compaction q) {
      return services.compaction().answer(q);
    } else if (query instanceof Query.GetConversions) {
      return services.converter().status();
    } else if (query instanceof Query.GetSessions q) {
      return clients.sessions(q);
    } else if (query instanceof Query.GetLocks q) {
      return clients.locks(q);
    } else if (query instanceof Query.GetEvents q) {
      return new Reply.Events(services.events().after(q.after(), q.max()));
    }
    throw new FsException(Errno.ENOSYS, query.getClass().getSimpleName() + " is not known");
  }

  private void renew(SessionId session) {
    services.leases().renew(session, System.nanoTime());
  }

  private Reply lookup(Query.Lookup q, Reading reading) {
    Supplier<InodeId> meant = () -> find(q.caller(), q.parent(), q.name(), reading);
    return named(
        meant,
        id -> {
          if (TrashView.is(q.parent()) || TrashView.is(id)) {
            return new Reply.Node(trash.attr(id));
          }
          reading.inode(id);
          Inode inode = tables.inode(id);
          return new Reply.Node(
              inode.attr(), null, FileLayout.small(tables, inode), siblings.after(q));
        });
  }

  private Reply attr(InodeId inode, Reading reading) {
    reading.inode(inode);
    return new Reply.Node(TrashView.is(inode) ? trash.attr(inode) : tables.inode(inode).attr());
  }

  /**
   * Does something with what a name means. When that is gone by then the name is looked up again: a
   * rename may have replaced it, and then the name has existed all the time.
   */
  private static Reply named(Supplier<InodeId> meant, Function<InodeId, Reply> action) {
    InodeId inode = meant.get();
    for (int i = 0; i < MAX_RENAMES; i++) {
      try {
        return action.apply(inode);
      } catch (FsException e) {
        InodeId now = e.errno() == Errno.ENOENT ? meant.get() : inode;
        if (now.equals(inode)) {
          throw e;
        }
        inode = now;
      }
    }
    return action.apply(inode);
  }

  private InodeId find(Caller caller, InodeId directory, Name name, Reading reading) {
    Names.check(name);
    if (TrashView.is(directory) || TrashView.reserves(directory, name)) {
      return trash.find(caller, directory, name);
    }
    reading.entries(directory);
    if (tables.findInode(directory) == null) {
      throw new FsException(Errno.ENXIO, "directory " + directory + " does not exist any more");
    }
    Inode parent = tables.directory(directory);
    Access.require(parent, caller, Access.EXECUTE);
    if (name.isDot()) {
      return directory;
    }
    return name.isDotDot() ? parent.parent() : tables.dentry(directory, name).child();
  }

  private Reply openAt(Query.OpenAt q, Reading reading) {
    return named(
        () -> find(q.caller(), q.parent(), q.name(), reading),
        inode -> {
          long known = inode.equals(q.knownInode()) ? q.knownVersion() : -1;
          return open(new Query.Open(q.session(), q.caller(), inode, q.access(), known), reading);
        });
  }

  private Reply open(Query.Open q, Reading reading) {
    renew(q.session());
    if (TrashView.is(q.inode())) {
      return trash.open(q);
    }
    reading.inode(q.inode());
    boolean again = services.opens().isOpen(q.session(), q.inode());
    if (!services.opens().open(q.session(), q.inode())) {
      throw gone(q.inode());
    }
    try (Snapshot snapshot = services.store().snapshot()) {
      Tables then = new Tables(snapshot);
      Inode inode = then.inode(q.inode());
      if (inode.nlink() == 0 && !again && !trash.mayRead(inode, q.caller(), q.access())) {
        throw gone(q.inode());
      }
      Access.require(inode, q.caller(), q.access() & 7);
      Layout layout =
          inode.isRegular() && q.knownVersion() != inode.version()
              ? FileLayout.head(then, inode)
              : null;
      // A session that ended meanwhile would never release this open.
      renew(q.session());
      return new Reply.Opened(inode.attr(), layout, false);
    } catch (RuntimeException e) {
      closed(q.session(), q.inode(), 1);
      throw e;
    }
  }

  private static FsException gone(InodeId inode) {
    return new FsException(Errno.ENOENT, "inode " + inode + " does not exist");
  }

  private Reply release(Query.Release q) {
    renew(q.session());
    if (q.closes().size() > Query.Release.MAX_CLOSES) {
      throw new FsException(Errno.EINVAL, q.closes().size() + " closes in a message");
    }
    q.closes().forEach(close -> close(q.session(), close));
    return Reply.Done.DONE;
  }

  private void close(SessionId session, Close close) {
    if (close.count() < 0) {
      throw new FsException(Errno.EINVAL, "a release of " + close.count() + " opens");
    }
    Inode inode = closed(session, close.inode(), close.count());
    Timestamp readAt = close.readAt();
    if (inode != null && readAt != null && RelativeAtime.records(inode, readAt)) {
      var unused =
          services.commands().submit(new Command.Touch(close.inode(), readAt, session), false);
    }
  }

  private @Nullable Inode closed(SessionId session, InodeId id, int count) {
    boolean last = services.opens().release(session, id, count);
    Inode inode = tables.findInode(id);
    if (last && inode != null && inode.nlink() == 0 && tables.isOrphan(id)) {
      services.reaper().candidate(id);
      services.reaper().work();
    }
    return inode;
  }

  private Reply readDir(Query.ReadDir q, Reading reading) {
    if (q.cookie() < 0 || q.maxEntries() < 1) {
      throw new FsException(
          Errno.EINVAL, "a listing of " + q.maxEntries() + " entries after " + q.cookie());
    }
    int max = Math.min(q.maxEntries(), MAX_ENTRIES);
    if (TrashView.is(q.directory())) {
      return trash.readDir(q, max);
    }
    reading.inode(q.directory());
    reading.entries(q.directory());
    Inode directory = tables.directory(q.directory());
    Access.require(directory, q.caller(), Access.READ);
    List<DirEntry> entries = tables.entries(q.directory(), q.cookie(), max + 1);
    boolean end = entries.size() <= max;
    List<DirEntry> shown = end ? entries : entries.subList(0, max);
    if (!q.attributes()) {
      return new Reply.Listing(directory.parent(), shown, end);
    }
    List<DirEntry> full = new ArrayList<>(shown.size());
    for (DirEntry e : shown) {
      reading.inode(e.inode());
      Inode inode = tables.findInode(e.inode());
      full.add(
          new DirEntry(
              e.name(), e.inode(), e.type(), e.cookie(), inode == null ? null : inode.attr()));
    }
    return new Reply.Listing(directory.parent(), full, end);
  }

  private Reply layout(Query.GetLayout q) {
    if (q.offset() < 0 || q.maxExtents() < 1) {
      throw new FsException(
          Errno.EINVAL, "a layout of " + q.maxExtents() + " extents from " + q.offset());
    }
    try (Snapshot snapshot = services.store().snapshot()) {
      Tables then = new Tables(snapshot);
      Inode inode = then.inode(q.inode());
      if (!inode.isRegular()) {
        throw new FsException(Errno.EINVAL, "inode " + q.inode() + " is not a regular file");
      }
      int max = Math.min(q.maxExtents(), MAX_EXTENTS);
      return new Reply.LayoutPart(FileLayout.part(then, inode, q.offset(), max));
    }
  }

  private Reply xattr(Query.GetXattr q) {
    Inode inode = tables.inode(TrashView.real(q.inode()));
    Xattrs.requireRead(inode, q.caller(), q.name());
    byte[] value = tables.xattr(inode.id(), q.name());
    if (value == null) {
      throw new FsException(Errno.ENODATA, "attribute '" + q.name() + "' does not exist");
    }
    return new Reply.Bytes(value);
  }

  private Reply xattrs(Query.ListXattr q) {
    InodeId inode = tables.inode(TrashView.real(q.inode())).id();
    List<Name> names = new ArrayList<>(tables.xattrs(inode).keySet());
    names.removeIf(name -> !Xattrs.visible(q.caller(), name));
    return new Reply.Names(names);
  }

  private Reply lock(Query.GetLock q) {
    tables.inode(q.inode());
    List<LockList.Held> conflicts =
        LockList.decode(tables.locks(q.inode())).conflicts(q.session(), q.lock());
    return new Reply.LockState(conflicts.isEmpty() ? null : conflicts.get(0).lock());
  }

  private CompletableFuture<Reply> await(Query.AwaitLock q) {
    renew(q.session());
    tables.inode(q.inode());
    long waitMs = Math.max(0, Math.min(q.timeoutMs(), MAX_WAIT_MS));
    return services
        .waiters()
        .await(
            q.session(),
            q.inode(),
            q.lock(),
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs))
        .thenApply(unused -> Reply.Done.DONE);
  }
}
