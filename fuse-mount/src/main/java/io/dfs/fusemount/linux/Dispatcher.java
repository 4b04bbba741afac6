package io.dfs.fusemount.linux;

import io.dfs.common.error.Errno;
import io.dfs.fusemount.linux.channel.RequestBuffer;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Decoder;
import io.dfs.fusemount.linux.wire.Header;
import io.dfs.fusemount.linux.wire.InitFlags;
import io.dfs.fusemount.linux.wire.Negotiation;
import io.dfs.fusemount.linux.wire.Opcode;

/**
 * From a decoded request to the method that serves it. Shared. Whatever the request is and whatever
 * goes wrong, it is answered, unless it is of the kind that has no answer.
 */
final class Dispatcher {
  private final Answers answers;
  private final TreeOps tree;
  private final FileOps files;
  private final RangeOps ranges;
  private final DirectoryOps directories;
  private final XattrOps xattrs;
  private final LockOps locks;
  private final boolean extendedXattr;

  Dispatcher(
      Answers answers,
      TreeOps tree,
      FileOps files,
      RangeOps ranges,
      DirectoryOps directories,
      XattrOps xattrs,
      LockOps locks,
      Negotiation agreed) {
    this.answers = answers;
    this.tree = tree;
    this.files = files;
    this.ranges = ranges;
    this.directories = directories;
    this.xattrs = xattrs;
    this.locks = locks;
    this.extendedXattr = agreed.has(InitFlags.SETXATTR_EXT);
  }

  /**
   * Starts what the request asks for.
   *
   * @return true when the buffer is left to the operation, which gives it back
   */
  boolean serve(Exchange x, Header header, RequestBuffer buffer) {
    try {
      Body body = Decoder.body(header, buffer.request(), extendedXattr);
      switch (x.opcode()) {
        case Opcode.FORGET, Opcode.BATCH_FORGET, Opcode.NOTIFY_REPLY -> x.claim();
        case Opcode.INTERRUPT -> {
          x.claim();
          answers.pending().interrupt(((Body.Interrupt) body).unique());
        }
        case Opcode.DESTROY -> answers.done(x);
        case Opcode.OPEN -> files.open(x, (Body.Open) body);
        case Opcode.CREATE -> files.create(x, (Body.Create) body);
        case Opcode.TMPFILE -> files.tmpfile(x, (Body.Create) body);
        case Opcode.READ -> files.read(x, (Body.Read) body);
        case Opcode.WRITE -> {
          return files.write(x, (Body.Write) body, buffer);
        }
        case Opcode.FLUSH -> files.flush(x, (Body.Flush) body);
        case Opcode.FSYNC -> files.fsync(x, (Body.Fsync) body);
        case Opcode.RELEASE -> files.release(x, (Body.Release) body);
        case Opcode.OPENDIR -> directories.opendir(x);
        case Opcode.READDIR -> directories.readdir(x, (Body.Read) body, false);
        case Opcode.READDIRPLUS -> directories.readdir(x, (Body.Read) body, true);
        case Opcode.FSYNCDIR -> directories.fsyncdir(x, (Body.Fsync) body);
        case Opcode.RELEASEDIR -> directories.releasedir(x, (Body.Release) body);
        default -> serveTree(x, body);
      }
    } catch (Throwable t) {
      answers.fail(x, t);
    }
    return false;
  }

  private void serveTree(Exchange x, Body body) {
    switch (x.opcode()) {
      case Opcode.LOOKUP -> tree.lookup(x, (Body.Named) body);
      case Opcode.GETATTR -> tree.getattr(x, (Body.Getattr) body);
      case Opcode.STATX -> tree.statx(x, (Body.Statx) body);
      case Opcode.SETATTR -> tree.setattr(x, (Body.Setattr) body);
      case Opcode.READLINK -> tree.readlink(x);
      case Opcode.SYMLINK -> tree.symlink(x, (Body.Symlink) body);
      case Opcode.MKNOD -> tree.mknod(x, (Body.Mknod) body);
      case Opcode.MKDIR -> tree.mkdir(x, (Body.Mkdir) body);
      case Opcode.UNLINK -> tree.unlink(x, (Body.Named) body);
      case Opcode.RMDIR -> tree.rmdir(x, (Body.Named) body);
      case Opcode.RENAME, Opcode.RENAME2 -> tree.rename(x, (Body.Rename) body);
      case Opcode.LINK -> tree.link(x, (Body.Link) body);
      case Opcode.ACCESS -> tree.access(x, (Body.Access) body);
      case Opcode.STATFS -> tree.statfs(x);
      default -> serveRare(x, body);
    }
  }

  private void serveRare(Exchange x, Body body) {
    switch (x.opcode()) {
      case Opcode.SETXATTR -> xattrs.set(x, (Body.Setxattr) body);
      case Opcode.GETXATTR -> xattrs.get(x, (Body.Getxattr) body);
      case Opcode.LISTXATTR -> xattrs.list(x, (Body.Listxattr) body);
      case Opcode.REMOVEXATTR -> xattrs.remove(x, (Body.Named) body);
      case Opcode.GETLK -> locks.get(x, (Body.Lk) body);
      case Opcode.SETLK -> locks.set(x, (Body.Lk) body, false);
      case Opcode.SETLKW -> locks.set(x, (Body.Lk) body, true);
      case Opcode.FALLOCATE -> ranges.fallocate(x, (Body.Fallocate) body);
      case Opcode.LSEEK -> ranges.lseek(x, (Body.Lseek) body);
      case Opcode.COPY_FILE_RANGE -> ranges.copy(x, (Body.CopyFileRange) body, false);
      case Opcode.COPY_FILE_RANGE_64 -> ranges.copy(x, (Body.CopyFileRange) body, true);
      // The kernel does not ask again, and does without.
      default -> answers.fail(x, Errno.ENOSYS);
    }
  }
}
