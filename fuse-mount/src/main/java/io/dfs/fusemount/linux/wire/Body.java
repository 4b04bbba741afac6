package io.dfs.fusemount.linux.wire;

import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * What a request says besides its header. {@code handle} is the number that the answer to an open
 * gave; numbers that are flags keep Linux's values.
 */
public sealed interface Body {

  record Init(int major, int minor, int maxReadahead, long flags) implements Body {}

  /** Of the requests that say no more: READLINK, STATFS, DESTROY, SYNCFS. */
  record Nothing() implements Body {}

  /** A request that this version does not know. */
  record Unknown() implements Body {}

  /** FORGET and BATCH_FORGET: how often the kernel had been told each node. */
  record Forget(long[] nodes, long[] lookups) implements Body {}

  record Interrupt(long unique) implements Body {}

  /** LOOKUP, UNLINK, RMDIR and REMOVEXATTR. */
  record Named(Name name) implements Body {}

  /** A {@code handle} of null: by the node. */
  record Getattr(@Nullable Long handle) implements Body {}

  record Statx(@Nullable Long handle, int flags, int mask) implements Body {}

  /** Null: stays as it is. {@code killSetIds}: the set-user and set-group bits go. */
  record Setattr(
      @Nullable Long handle,
      @Nullable Integer mode,
      @Nullable Integer uid,
      @Nullable Integer gid,
      @Nullable Long sizeBytes,
      @Nullable Timestamp atime,
      @Nullable Timestamp mtime,
      boolean atimeNow,
      boolean mtimeNow,
      boolean killSetIds)
      implements Body {}

  record Symlink(Name name, byte[] target) implements Body {}

  record Mknod(Name name, int mode, int rdev, int umask) implements Body {}

  record Mkdir(Name name, int mode, int umask) implements Body {}

  /** RENAME and RENAME2. */
  record Rename(Name name, long newParent, Name newName, int flags) implements Body {}

  record Link(long node, Name newName) implements Body {}

  /** OPEN and OPENDIR. */
  record Open(int flags, boolean killSetIds) implements Body {}

  /** CREATE and TMPFILE, whose name means nothing. */
  record Create(Name name, int flags, int mode, int umask) implements Body {}

  /** READ, READDIR and READDIRPLUS. */
  record Read(long handle, long offset, int size, int fileFlags) implements Body {}

  /** The data begins at {@code dataAt} of the request. */
  record Write(long handle, long offset, int size, int writeFlags, int fileFlags, int dataAt)
      implements Body {
    /** From a mapping or the write-back cache; whose handle it is was guessed. */
    public static final int FROM_CACHE = 1;

    public static final int KILL_SETIDS = 1 << 2;
  }

  /** RELEASE and RELEASEDIR. */
  record Release(long handle, boolean unlockFlock, long lockOwner) implements Body {}

  record Flush(long handle, long lockOwner) implements Body {}

  /** FSYNC and FSYNCDIR. */
  record Fsync(long handle, boolean dataOnly) implements Body {}

  record Setxattr(Name name, byte[] value, int flags, boolean killSetGroup) implements Body {}

  /** A size of 0 asks how long the value is. */
  record Getxattr(Name name, int size) implements Body {}

  record Listxattr(int size) implements Body {}

  /** GETLK, SETLK and SETLKW; {@code end} is the last byte. */
  record Lk(long handle, long owner, long start, long end, int type, int pid, boolean flock)
      implements Body {}

  record Access(int mask) implements Body {}

  record Fallocate(long handle, long offset, long length, int mode) implements Body {}

  record Lseek(long handle, long offset, int whence) implements Body {}

  /** COPY_FILE_RANGE and COPY_FILE_RANGE_64. */
  record CopyFileRange(
      long handle, long offset, long toNode, long toHandle, long toOffset, long length, long flags)
      implements Body {}
}
