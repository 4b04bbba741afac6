package io.dfs.fusemount.linux;

import io.dfs.client.vfs.Vfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.fusemount.engine.KernelPages;
import io.dfs.fusemount.linux.OpenFiles.OpenFile;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Encoder;
import java.util.concurrent.CompletableFuture;

/** The requests about ranges of open files: space, holes, copies. Shared. */
final class RangeOps {
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  /** What the answer to the older request can tell, whole pages. */
  private static final long MAX_COPY_BYTES = 0x7ffff000;

  private final Vfs vfs;
  private final Answers answers;
  private final OpenFiles files;
  private final KernelPages pages;

  RangeOps(Vfs vfs, Answers answers, OpenFiles files, KernelPages pages) {
    this.vfs = vfs;
    this.answers = answers;
    this.files = files;
    this.pages = pages;
  }

  void fallocate(Exchange x, Body.Fallocate b) {
    OpenFile file = files.get(b.handle());
    file.written = true;
    pages.written(x.node());
    answers.done(x, vfs.fallocate(file.handle, b.mode(), b.offset(), b.length()));
  }

  /** ENOSYS has the kernel take the whole file for data, and not ask again. */
  void lseek(Exchange x, Body.Lseek b) {
    if (b.whence() != SEEK_DATA && b.whence() != SEEK_HOLE) {
      throw new FsException(Errno.EINVAL, "no such seek: " + b.whence());
    }
    long handle = files.get(b.handle()).handle;
    CompletableFuture<Long> found =
        vfs.seek(handle, b.offset(), b.whence() == SEEK_HOLE)
            .exceptionally(
                failure -> {
                  FsException e = FsException.of(failure);
                  throw e.errno() == Errno.EOPNOTSUPP
                      ? new FsException(Errno.ENOSYS, String.valueOf(e.getMessage()))
                      : e;
                });
    answers.write(x, found, (offset, out) -> Encoder.offset(out, offset));
  }

  void copy(Exchange x, Body.CopyFileRange b, boolean wide) {
    OpenFile from = files.get(b.handle());
    OpenFile to = files.get(b.toHandle());
    to.written = true;
    pages.written(b.toNode());
    long length = b.length() < 0 ? MAX_COPY_BYTES : Math.min(b.length(), MAX_COPY_BYTES);
    answers.write(
        x,
        vfs.copyRange(from.handle, b.offset(), to.handle, b.toOffset(), length),
        (copied, out) -> {
          if (wide) {
            Encoder.offset(out, copied);
          } else {
            Encoder.written(out, copied.intValue());
          }
        });
  }
}
