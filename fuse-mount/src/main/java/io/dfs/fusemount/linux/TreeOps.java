package io.dfs.fusemount.linux;

import io.dfs.client.vfs.AttrChange;
import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply.FsStats;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Encoder;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The requests about names and attributes. Shared; each method is one request's. */
final class TreeOps {
  private static final int STATFS_BLOCK = 4096;
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int GROUP_EXECUTE = 010;

  private final Vfs vfs;
  private final Answers answers;
  private final Names names;
  private final KernelPages pages;
  private final Trust trust;

  TreeOps(Vfs vfs, Answers answers, Names names, KernelPages pages, Trust trust) {
    this.vfs = vfs;
    this.answers = answers;
    this.names = names;
    this.pages = pages;
    this.trust = trust;
  }

  void lookup(Exchange x, Body.Named b) {
    CompletableFuture<Attr> found = vfs.lookup(x.caller(), x.inode(), b.name());
    long absenceMs = trust.absenceMs(x.recalls());
    if (absenceMs == 0) {
      entry(x, b.name(), found);
    } else {
      CompletableFuture<Optional<Attr>> perhaps = found.handle(TreeOps::orAbsent);
      answers.write(
          x,
          perhaps,
          (attr, out) ->
              attr.ifPresentOrElse(
                  present -> putEntry(x, out, b.name(), present),
                  () -> Encoder.noEntry(out, absenceMs)));
    }
  }

  private static Optional<Attr> orAbsent(@Nullable Attr attr, @Nullable Throwable failure) {
    if (attr != null) {
      return Optional.of(attr);
    }
    FsException e =
        FsException.of(failure == null ? new IllegalStateException("no attributes") : failure);
    if (e.errno() == Errno.ENOENT) {
      return Optional.empty();
    }
    throw e;
  }

  /** Tells the kernel what {@code name} in the request's node is now. */
  private void entry(Exchange x, Name name, CompletableFuture<Attr> operation) {
    answers.write(x, operation, (attr, out) -> putEntry(x, out, name, attr));
  }

  private void putEntry(Exchange x, ByteBuffer out, Name name, Attr attr) {
    if (!name.isDot() && !name.isDotDot()) {
      names.told(attr.inode().value(), x.inode(), name);
    }
    Encoder.entry(out, attr, trust.entryMs(x.recalls()), trust.attrMs(x.recalls()));
  }

  void getattr(Exchange x, Body.Getattr b) {
    answers.write(
        x,
        Answers.byNumber(attr(x, b.handle())),
        (attr, out) -> Encoder.attr(out, attr, trust.attrMs(x.recalls())));
  }

  void statx(Exchange x, Body.Statx b) {
    answers.write(
        x,
        Answers.byNumber(attr(x, b.handle())),
        (attr, out) -> Encoder.statx(out, attr, trust.attrMs(x.recalls())));
  }

  /** By its name where that is known, because only a lookup is sure to ask the nameserver. */
  private CompletableFuture<Attr> attr(Exchange x, @Nullable Long handle) {
    if (handle != null) {
      return vfs.getattr(handle.longValue());
    }
    Names.Known known = trust.isLeased() ? null : names.find(x.node());
    if (known == null) {
      return vfs.getattr(x.inode());
    }
    return vfs.lookup(x.caller(), known.parent(), known.name())
        .handle(
            (attr, failure) -> {
              if (attr != null && attr.inode().equals(x.inode())) {
                return CompletableFuture.completedFuture(attr);
              }
              if (failure == null || FsException.of(failure).errno() == Errno.ENOENT) {
                names.forget(x.node());
              }
              return vfs.getattr(x.inode());
            })
        .thenCompose(f -> f);
  }

  void setattr(Exchange x, Body.Setattr b) {
    if (b.sizeBytes() != null) {
      pages.written(x.node());
    }
    AttrChange change =
        new AttrChange(
            b.mode() == null ? null : b.mode() & 07777,
            b.uid(),
            b.gid(),
            b.sizeBytes(),
            b.atime(),
            b.mtime(),
            b.atimeNow(),
            b.mtimeNow());
    CompletableFuture<Attr> operation;
    if (b.killSetIds() && b.mode() == null) {
      operation =
          vfs.getattr(x.inode())
              .thenCompose(attr -> vfs.setattr(x.caller(), x.inode(), killed(change, attr)));
    } else if (change.isNothing()) {
      operation = vfs.getattr(x.inode());
    } else {
      operation = vfs.setattr(x.caller(), x.inode(), change);
    }
    answers.write(
        x,
        Answers.byNumber(operation),
        (attr, out) -> Encoder.attr(out, attr, trust.attrMs(x.recalls())));
  }

  private static AttrChange killed(AttrChange c, Attr attr) {
    int mode = withoutSetIds(attr.mode());
    return mode == attr.mode() || attr.isDirectory()
        ? c
        : new AttrChange(
            mode,
            c.uid(),
            c.gid(),
            c.sizeBytes(),
            c.atime(),
            c.mtime(),
            c.atimeNow(),
            c.mtimeNow());
  }

  /** As a write leaves a mode: a set-group bit without group execution means something else. */
  static int withoutSetIds(int mode) {
    return mode & ~SETUID & ~((mode & GROUP_EXECUTE) != 0 ? SETGID : 0);
  }

  void readlink(Exchange x) {
    answers.write(x, Answers.byNumber(vfs.readlink(x.inode())), (target, out) -> out.put(target));
  }

  void mknod(Exchange x, Body.Mknod b) {
    FileType type;
    try {
      type = FileType.ofMode(b.mode());
    } catch (IllegalArgumentException e) {
      throw new FsException(Errno.EINVAL, "mknod: " + e.getMessage(), e);
    }
    long rdev = Integer.toUnsignedLong(b.rdev());
    entry(
        x,
        b.name(),
        vfs.mknod(x.caller(), x.inode(), b.name(), type, b.mode() & 07777, rdev, b.umask()));
  }

  void mkdir(Exchange x, Body.Mkdir b) {
    entry(x, b.name(), vfs.mkdir(x.caller(), x.inode(), b.name(), b.mode() & 07777, b.umask()));
  }

  void symlink(Exchange x, Body.Symlink b) {
    entry(x, b.name(), vfs.symlink(x.caller(), x.inode(), b.name(), b.target()));
  }

  void link(Exchange x, Body.Link b) {
    entry(x, b.newName(), vfs.link(x.caller(), x.inode(b.node()), x.inode(), b.newName()));
  }

  void unlink(Exchange x, Body.Named b) {
    answers.done(x, vfs.unlink(x.caller(), x.inode(), b.name()).thenAccept(this::nameGone));
  }

  void rmdir(Exchange x, Body.Named b) {
    answers.done(x, vfs.rmdir(x.caller(), x.inode(), b.name()).thenAccept(this::nameGone));
  }

  private void nameGone(@Nullable Attr attr) {
    if (attr != null) {
      names.forget(attr.inode().value());
    }
  }

  void rename(Exchange x, Body.Rename b) {
    if ((b.flags() & ~(Mutation.Rename.NOREPLACE | Mutation.Rename.EXCHANGE)) != 0) {
      throw new FsException(Errno.EINVAL, "no such flags of rename: " + b.flags());
    }
    InodeId to = x.inode(b.newParent());
    answers.done(
        x,
        vfs.rename(x.caller(), x.inode(), b.name(), to, b.newName(), b.flags())
            .thenAccept(
                moved -> {
                  if (moved != null) {
                    names.told(moved.inode().value(), to, b.newName());
                  }
                }));
  }

  void access(Exchange x, Body.Access b) {
    answers.done(x, Answers.byNumber(vfs.access(x.caller(), x.inode(), b.mask())));
  }

  /** Servers count raw bytes; programs want to know how much they can write. */
  void statfs(Exchange x) {
    answers.write(x, vfs.statfs(), TreeOps::putStatfs);
  }

  private static void putStatfs(FsStats stats, ByteBuffer out) {
    int copies = Math.max(1, stats.defaults().replicas());
    long free = stats.freeBytes() / copies / STATFS_BLOCK;
    long blocks = stats.capacityBytes() / copies / STATFS_BLOCK;
    Encoder.statfs(out, STATFS_BLOCK, blocks, free, stats.inodes() + free, free);
  }
}
