package io.dfs.fusemount.linux;

import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.Vfs;
import io.dfs.client.vfs.Vfs.OpenMode;
import io.dfs.client.vfs.Vfs.Opened;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.Name;
import io.dfs.common.net.WaitingThreads;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.linux.OpenFiles.OpenFile;
import io.dfs.fusemount.linux.channel.RequestBuffer;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Encoder;
import io.dfs.fusemount.linux.wire.Negotiation;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The requests about open files. Shared; each method is one request's. */
final class FileOps {
  private static final Logger LOG = LoggerFactory.getLogger(FileOps.class);
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  /** Linux's open flags. */
  private static final int O_ACCMODE = 3;

  private static final int O_WRONLY = 1;
  private static final int O_RDWR = 2;
  private static final int O_EXCL = 0200;
  private static final int O_TRUNC = 01000;
  private static final int O_APPEND = 02000;

  private final Vfs vfs;
  private final Answers answers;
  private final Names names;
  private final OpenFiles files;
  private final KernelPages pages;
  private final LockOps locks;
  private final Trust trust;
  private final boolean directIo;
  private final boolean directAppends;

  FileOps(
      Vfs vfs,
      Answers answers,
      Names names,
      OpenFiles files,
      KernelPages pages,
      LockOps locks,
      Trust trust,
      boolean directIo,
      Negotiation agreed) {
    this.vfs = vfs;
    this.answers = answers;
    this.names = names;
    this.files = files;
    this.pages = pages;
    this.locks = locks;
    this.trust = trust;
    this.directIo = directIo;
    this.directAppends = agreed.dropsPagesOfDirectWrites();
  }

  private static OpenMode openMode(int flags) {
    int access = flags & O_ACCMODE;
    boolean write = access == O_WRONLY || access == O_RDWR;
    return new OpenMode(
        access != O_WRONLY, write, write && (flags & O_APPEND) != 0, (flags & O_TRUNC) != 0);
  }

  void create(Exchange x, Body.Create b) {
    InodeId parent = x.inode();
    Name name = b.name();
    made(
        x,
        b,
        name,
        vfs.create(
            x.caller(),
            parent,
            name,
            b.mode() & 07777,
            b.umask(),
            (b.flags() & O_EXCL) != 0,
            openMode(b.flags())));
  }

  void tmpfile(Exchange x, Body.Create b) {
    made(
        x,
        b,
        null,
        vfs.tmpfile(x.caller(), x.inode(), b.mode() & 07777, b.umask(), openMode(b.flags())));
  }

  private void made(
      Exchange x, Body.Create b, @Nullable Name name, CompletableFuture<Opened> operation) {
    answers.write(
        x,
        operation,
        (opened, out) -> {
          Attr attr = opened.attr();
          if (name != null) {
            names.told(attr.inode().value(), x.inode(), name);
          }
          keep(x, opened, b.flags());
          pages.opened(attr.inode().value(), attr.inode(), attr.version());
          Encoder.entry(out, attr, trust.entryMs(x.recalls()), trust.attrMs(x.recalls()));
          Encoder.opened(out, opened.handle(), passing(b.flags()));
        },
        this::discard);
  }

  /**
   * Without a lease, by name where that is known, to see what another client has put in its place.
   * When that is another inode the answer is ESTALE, after which the kernel looks the whole path up
   * anew and opens what it finds; when it did not come by a path it tries the same inode once more,
   * whose name is not known any more.
   */
  void open(Exchange x, Body.Open b) {
    OpenMode mode = openMode(b.flags());
    OpenMode plain = new OpenMode(mode.read(), mode.write(), mode.append(), false);
    Names.Known known = trust.isLeased() ? null : names.find(x.node());
    CompletableFuture<Opened> operation =
        known == null
            ? Answers.byNumber(vfs.open(x.caller(), x.inode(), plain))
            : vfs.open(x.caller(), known.parent(), known.name(), plain)
                .handle((opened, failure) -> checked(x, opened, failure))
                .thenCompose(f -> f);
    if (mode.truncate()) {
      operation = operation.thenCompose(opened -> truncated(x, b, opened));
    }
    answers.write(
        x,
        operation.thenApply(opened -> kept(x, b, opened)),
        (kept, out) -> Encoder.opened(out, kept.opened.handle(), kept.flags),
        kept -> discard(kept.opened));
  }

  /**
   * Whether the kernel's pages are passed by. They are for who only appends: the kernel would hand
   * on in parts what does not begin or end with a page, and others could append between them.
   */
  private int passing(int flags) {
    boolean appends = (flags & (O_ACCMODE | O_APPEND)) == (O_WRONLY | O_APPEND);
    return directIo || (appends && directAppends) ? Encoder.FOPEN_DIRECT_IO : 0;
  }

  /** What the answer to an open says. */
  private record Kept(Opened opened, int flags) {}

  private Kept kept(Exchange x, Body.Open b, Opened opened) {
    keep(x, opened, b.flags());
    int flags = passing(b.flags());
    if (pages.opened(x.node(), opened.attr().inode(), opened.attr().version())) {
      flags |= Encoder.FOPEN_KEEP_CACHE;
    } else {
      dropAttributes(x);
    }
    return new Kept(opened, flags);
  }

  private CompletableFuture<Opened> checked(
      Exchange x, @Nullable Opened opened, @Nullable Throwable failure) {
    if (opened != null && opened.attr().inode().equals(x.inode())) {
      return CompletableFuture.completedFuture(opened);
    }
    if (opened != null) {
      answers.pending().afterwards(vfs.release(opened.handle()));
    } else {
      FsException e = FsException.of(java.util.Objects.requireNonNull(failure));
      switch (e.errno()) {
        case ENOENT, ENXIO, ESTALE, ENOTDIR, EISDIR, EINVAL -> {}
        default -> {
          return CompletableFuture.failedFuture(failure);
        }
      }
    }
    names.forget(x.node());
    return CompletableFuture.failedFuture(
        new FsException(Errno.ESTALE, "another file has got the name of inode " + x.inode()));
  }

  private CompletableFuture<Opened> truncated(Exchange x, Body.Open b, Opened opened) {
    AttrChange size = AttrChange.size(0);
    int mode = TreeOps.withoutSetIds(opened.attr().mode());
    AttrChange change =
        b.killSetIds() && mode != opened.attr().mode()
            ? new AttrChange(mode, null, null, 0L, null, null, false, false)
            : size;
    return vfs.setattr(x.caller(), x.inode(), change)
        .handle(
            (attr, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(new Opened(opened.handle(), attr));
              }
              answers.pending().afterwards(vfs.release(opened.handle()));
              return CompletableFuture.<Opened>failedFuture(failure);
            })
        .thenCompose(f -> f);
  }

  private void keep(Exchange x, Opened opened, int flags) {
    files.add(
        new OpenFile(
            opened.handle(),
            opened.attr().inode(),
            (flags & O_APPEND) != 0,
            x.caller().uid() == 0));
  }

  /** The program that opened it has gone. */
  private void discard(Opened opened) {
    if (files.remove(opened.handle()) != null) {
      pages.closed(opened.attr().inode().value());
    }
    answers.pending().afterwards(vfs.release(opened.handle()));
  }

  /** An offset before the file: the attributes go, the pages are the open's business. */
  private static void dropAttributes(Exchange x) {
    int errno = x.channel().notify(out -> Encoder.invalidateInode(out, x.node(), -1, 0));
    if (errno != 0 && errno != Errno.ENOENT.code()) {
      LOG.debug("the kernel keeps the attributes of inode {}: error {}", x.node(), errno);
    }
  }

  void read(Exchange x, Body.Read b) {
    CompletableFuture<ByteBuf> operation =
        vfs.read(files.get(b.handle()).handle, b.offset(), b.size());
    if (!operation.isDone() || operation.isCompletedExceptionally()) {
      operation = operation.handle((data, failure) -> whereItFailed(x, b, data, failure));
    }
    answers.bytes(x, operation);
  }

  private ByteBuf whereItFailed(
      Exchange x, Body.Read b, @Nullable ByteBuf data, @Nullable Throwable failure) {
    if (data != null) {
      return data;
    }
    FsException e =
        FsException.of(failure == null ? new IllegalStateException("no data") : failure);
    String where = names.path(x.node()) + " at " + b.offset();
    throw new FsException(e.errno(), "reading " + where + ": " + e.getMessage(), e.getCause());
  }

  /** True when the buffer is left to the operation, which gives it back. */
  boolean write(Exchange x, Body.Write b, RequestBuffer buffer) {
    OpenFile file = files.get(b.handle());
    if (!file.written) {
      file.written = true;
    }
    pages.written(x.node());
    ByteBuf data = buffer.data(b.dataAt(), b.size());
    // What a write starts goes on behind it; only room in the dirty buffer is waited for.
    WaitingThreads.leave();
    CompletableFuture<Integer> operation;
    try {
      operation = write(x, b, file, data);
    } finally {
      WaitingThreads.enter();
    }
    boolean left = !operation.isDone();
    answers.write(x, operation, (count, out) -> Encoder.written(out, count));
    if (left) {
      operation.whenComplete((done, failure) -> buffer.giveBack());
    }
    return left;
  }

  /**
   * Whether a write appends is said by each write: programs change it with fcntl(2), and pages that
   * were written through a mapping go to their place through whatever handle the kernel finds.
   */
  private CompletableFuture<Integer> write(Exchange x, Body.Write b, OpenFile file, ByteBuf data) {
    boolean fromCache = (b.writeFlags() & Body.Write.FROM_CACHE) != 0;
    boolean append = (b.fileFlags() & O_APPEND) != 0 && !fromCache;
    boolean kill = (b.writeFlags() & Body.Write.KILL_SETIDS) != 0 && file.byRoot;
    if (append == file.append && !kill) {
      return vfs.write(file.handle, b.offset(), data);
    }
    CompletableFuture<?> before = kill ? killSetIds(x, file) : DONE;
    return before
        .thenCompose(
            done ->
                append == file.append
                    ? CompletableFuture.completedFuture(file.handle)
                    : otherHandle(x, file))
        .thenCompose(handle -> vfs.write(handle, b.offset(), data));
  }

  private CompletableFuture<Long> otherHandle(Exchange x, OpenFile file) {
    synchronized (file) {
      CompletableFuture<Long> other = file.otherHandle;
      if (other == null || other.isCompletedExceptionally()) {
        other =
            vfs.open(x.caller(), file.inode, new OpenMode(false, true, !file.append, false))
                .thenApply(Opened::handle);
        file.otherHandle = other;
      }
      return other;
    }
  }

  /** By the right of a writer that may not keep them, through a handle of one that may. */
  private CompletableFuture<?> killSetIds(Exchange x, OpenFile file) {
    return vfs.getattr(file.handle)
        .thenCompose(
            attr -> {
              int mode = TreeOps.withoutSetIds(attr.mode());
              return mode == attr.mode()
                  ? CompletableFuture.completedFuture(attr)
                  : vfs.setattr(x.caller(), file.inode, AttrChange.mode(mode));
            });
  }

  void flush(Exchange x, Body.Flush b) {
    OpenFile file = files.get(b.handle());
    CompletableFuture<?> flushed = file.written ? vfs.flush(file.handle) : DONE;
    CompletableFuture<?> unlocked = locks.closedBy(file, b.lockOwner());
    answers.done(x, unlocked == DONE ? flushed : flushed.thenCombine(unlocked, (f, u) -> DONE));
  }

  void fsync(Exchange x, Body.Fsync b) {
    answers.done(x, vfs.fsync(files.get(b.handle()).handle, b.dataOnly()));
  }

  void release(Exchange x, Body.Release b) {
    OpenFile file = files.remove(b.handle());
    if (file == null) {
      answers.done(x);
      return;
    }
    pages.closed(x.node());
    answers.done(x, release(file));
  }

  CompletableFuture<?> release(OpenFile file) {
    CompletableFuture<Long> other = file.otherHandle;
    CompletableFuture<?> unlocked = locks.released(file).handle((done, failure) -> DONE);
    CompletableFuture<?> others =
        other == null ? DONE : other.thenCompose(vfs::release).handle((done, failure) -> DONE);
    if (other == null && unlocked.isDone()) {
      return vfs.release(file.handle);
    }
    return CompletableFuture.allOf(unlocked, others).thenCompose(d -> vfs.release(file.handle));
  }

  /** A file that was opened in another process. */
  void takeOver(OpenFile file) {
    files.add(file);
    pages.takeOver(file.inode.value(), file.inode);
  }

  /** Nobody waits for it; for a mount that ends. */
  void releaseAll() {
    for (OpenFile file : files.removeAll()) {
      try {
        release(file).get(5, java.util.concurrent.TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (java.util.concurrent.ExecutionException
          | java.util.concurrent.TimeoutException
          | RuntimeException e) {
        LOG.warn("inode {} was open at the end and could not be released", file.inode, e);
      }
    }
  }
}
