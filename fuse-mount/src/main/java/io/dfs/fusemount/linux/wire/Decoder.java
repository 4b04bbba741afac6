package io.dfs.fusemount.linux.wire;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests. Pure.
 *
 * <p>The buffer begins with the request's header, has the machine's byte order and ends with the
 * request. Whatever is in it, the outcome is a request or an {@link FsException}: EPROTO when not
 * even the header is there, EINVAL when the rest is too short for what the header announces.
 * Requests only grow from one version of the protocol to the next; what is beyond is not looked at.
 *
 * <p>Each method shows the layout of its struct in linux/fuse.h; offsets are from the struct.
 */
public final class Decoder {
  private static final int AT = Header.BYTES;

  /** INIT's: whether a second word of flags follows. */
  private static final int INIT_EXT = 1 << 30;

  private static final int HAS_HANDLE = 1;
  private static final int FATTR_MODE = 1;
  private static final int FATTR_UID = 1 << 1;
  private static final int FATTR_GID = 1 << 2;
  private static final int FATTR_SIZE = 1 << 3;
  private static final int FATTR_ATIME = 1 << 4;
  private static final int FATTR_MTIME = 1 << 5;
  private static final int FATTR_FH = 1 << 6;
  private static final int FATTR_ATIME_NOW = 1 << 7;
  private static final int FATTR_MTIME_NOW = 1 << 8;
  private static final int FATTR_KILL_SUIDGID = 1 << 11;
  private static final int OPEN_KILL_SUIDGID = 1;
  private static final int RELEASE_FLOCK_UNLOCK = 1 << 1;
  private static final int SETXATTR_ACL_KILL_SGID = 1;
  private static final int LK_FLOCK = 1;

  private static final Body NOTHING = new Body.Nothing();
  private static final Body UNKNOWN = new Body.Unknown();

  private Decoder() {}

  public static Header header(ByteBuffer in) {
    int length = in.limit();
    if (length < Header.BYTES || in.getInt(0) != length) {
      throw new FsException(
          Errno.EPROTO, "the kernel's request of " + length + " bytes is not as long as it says");
    }
    return new Header(
        length,
        in.getInt(4),
        in.getLong(8),
        in.getLong(16),
        in.getInt(24),
        in.getInt(28),
        in.getInt(32));
  }

  /**
   * @param extendedXattr whether SETXATTR_EXT was agreed on, the one thing that changes a layout
   */
  public static Body body(Header header, ByteBuffer in, boolean extendedXattr) {
    try {
      return switch (header.opcode()) {
        case Opcode.INIT -> init(in);
        case Opcode.READLINK, Opcode.STATFS, Opcode.DESTROY, Opcode.SYNCFS -> NOTHING;
        case Opcode.FORGET ->
            new Body.Forget(new long[] {header.node()}, new long[] {in.getLong(AT)});
        case Opcode.BATCH_FORGET -> batchForget(in);
        case Opcode.INTERRUPT -> new Body.Interrupt(in.getLong(AT));
        case Opcode.LOOKUP, Opcode.UNLINK, Opcode.RMDIR, Opcode.REMOVEXATTR ->
            new Body.Named(name(in, AT));
        case Opcode.GETATTR -> new Body.Getattr(handle(in));
        case Opcode.STATX -> new Body.Statx(handle(in), in.getInt(AT + 16), in.getInt(AT + 20));
        case Opcode.SETATTR -> setattr(in);
        case Opcode.SYMLINK, Opcode.MKNOD, Opcode.MKDIR, Opcode.LINK -> made(header, in);
        case Opcode.RENAME -> rename(in, AT + 8, 0);
        case Opcode.RENAME2 -> rename(in, AT + 16, in.getInt(AT + 8));
        case Opcode.OPEN, Opcode.OPENDIR ->
            new Body.Open(in.getInt(AT), (in.getInt(AT + 4) & OPEN_KILL_SUIDGID) != 0);
        case Opcode.CREATE, Opcode.TMPFILE ->
            new Body.Create(name(in, AT + 16), in.getInt(AT), in.getInt(AT + 4), in.getInt(AT + 8));
        case Opcode.READ, Opcode.READDIR, Opcode.READDIRPLUS -> read(in);
        case Opcode.WRITE -> write(in);
        case Opcode.RELEASE, Opcode.RELEASEDIR ->
            new Body.Release(
                in.getLong(AT),
                (in.getInt(AT + 12) & RELEASE_FLOCK_UNLOCK) != 0,
                in.getLong(AT + 16));
        case Opcode.FLUSH -> new Body.Flush(in.getLong(AT), in.getLong(AT + 16));
        case Opcode.FSYNC, Opcode.FSYNCDIR ->
            new Body.Fsync(in.getLong(AT), (in.getInt(AT + 8) & 1) != 0);
        default -> rare(header, in, extendedXattr);
      };
    } catch (IndexOutOfBoundsException e) {
      throw new FsException(
          Errno.EINVAL,
          "the kernel's request " + header.opcode() + " is too short: " + in.limit() + " bytes",
          e);
    }
  }

  private static Body rare(Header header, ByteBuffer in, boolean extendedXattr) {
    return switch (header.opcode()) {
      case Opcode.SETXATTR -> setxattr(in, extendedXattr);
      case Opcode.GETXATTR -> new Body.Getxattr(name(in, AT + 8), size(in.getInt(AT)));
      case Opcode.LISTXATTR -> new Body.Listxattr(size(in.getInt(AT)));
      case Opcode.GETLK, Opcode.SETLK, Opcode.SETLKW -> lk(in);
      case Opcode.ACCESS -> new Body.Access(in.getInt(AT));
      case Opcode.FALLOCATE ->
          new Body.Fallocate(
              in.getLong(AT), in.getLong(AT + 8), in.getLong(AT + 16), in.getInt(AT + 24));
      case Opcode.LSEEK -> new Body.Lseek(in.getLong(AT), in.getLong(AT + 8), in.getInt(AT + 16));
      case Opcode.COPY_FILE_RANGE, Opcode.COPY_FILE_RANGE_64 -> copy(in);
      default -> UNKNOWN;
    };
  }

  /** 0 major (32) 4 minor (32) 8 max_readahead (32) 12 flags (32) 16 flags2 (32) */
  private static Body init(ByteBuffer in) {
    int flags = in.getInt(AT + 12);
    long more = (flags & INIT_EXT) == 0 ? 0 : Integer.toUnsignedLong(in.getInt(AT + 16));
    return new Body.Init(
        in.getInt(AT),
        in.getInt(AT + 4),
        in.getInt(AT + 8),
        Integer.toUnsignedLong(flags) | (more << 32));
  }

  /** 0 count (32) 4 unused; then of each: 0 node 8 lookups */
  private static Body batchForget(ByteBuffer in) {
    int count = in.getInt(AT);
    int room = (in.limit() - AT - 8) / 16;
    if (count < 0 || count > room) {
      throw new IndexOutOfBoundsException(count);
    }
    long[] nodes = new long[count];
    long[] lookups = new long[count];
    for (int i = 0; i < count; i++) {
      nodes[i] = in.getLong(AT + 8 + 16 * i);
      lookups[i] = in.getLong(AT + 16 + 16 * i);
    }
    return new Body.Forget(nodes, lookups);
  }

  /** 0 flags (32) 4 unused 8 handle; GETATTR and STATX. */
  private static @Nullable Long handle(ByteBuffer in) {
    long handle = in.getLong(AT + 8);
    return (in.getInt(AT) & HAS_HANDLE) != 0 ? handle : null;
  }

  /**
   * 0 valid (32) 8 handle 16 size 24 lock_owner 32 atime 40 mtime 48 ctime; nanoseconds (32): 56
   * atime 60 mtime 64 ctime; 68 mode (32) 76 uid (32) 80 gid (32)
   */
  private static Body setattr(ByteBuffer in) {
    int valid = in.getInt(AT);
    int gid = in.getInt(AT + 80);
    boolean atimeNow = (valid & FATTR_ATIME_NOW) != 0;
    boolean mtimeNow = (valid & FATTR_MTIME_NOW) != 0;
    return new Body.Setattr(
        (valid & FATTR_FH) != 0 ? in.getLong(AT + 8) : null,
        (valid & FATTR_MODE) != 0 ? in.getInt(AT + 68) : null,
        (valid & FATTR_UID) != 0 ? in.getInt(AT + 76) : null,
        (valid & FATTR_GID) != 0 ? gid : null,
        (valid & FATTR_SIZE) != 0 ? in.getLong(AT + 16) : null,
        (valid & FATTR_ATIME) != 0 && !atimeNow ? time(in, AT + 32, AT + 56) : null,
        (valid & FATTR_MTIME) != 0 && !mtimeNow ? time(in, AT + 40, AT + 60) : null,
        atimeNow,
        mtimeNow,
        (valid & FATTR_KILL_SUIDGID) != 0);
  }

  private static Timestamp time(ByteBuffer in, int seconds, int nanos) {
    return new Timestamp(in.getLong(seconds), in.getInt(nanos));
  }

  /**
   * SYMLINK: name, NUL, target, NUL. MKNOD: 0 mode (32) 4 rdev (32) 8 umask (32) 16 name. MKDIR: 0
   * mode (32) 4 umask (32) 8 name. LINK: 0 node 8 name.
   */
  private static Body made(Header header, ByteBuffer in) {
    return switch (header.opcode()) {
      case Opcode.SYMLINK -> {
        Name name = name(in, AT);
        yield new Body.Symlink(name, string(in, AT + name.length() + 1));
      }
      case Opcode.MKNOD ->
          new Body.Mknod(name(in, AT + 16), in.getInt(AT), in.getInt(AT + 4), in.getInt(AT + 8));
      case Opcode.MKDIR -> new Body.Mkdir(name(in, AT + 8), in.getInt(AT), in.getInt(AT + 4));
      default -> new Body.Link(in.getLong(AT), name(in, AT + 8));
    };
  }

  /** RENAME: 0 new parent 8 names. RENAME2: 0 new parent 8 flags (32) 16 names. */
  private static Body rename(ByteBuffer in, int names, int flags) {
    Name from = name(in, names);
    return new Body.Rename(from, in.getLong(AT), name(in, names + from.length() + 1), flags);
  }

  /** 0 handle 8 offset 16 size (32) 20 read_flags (32) 24 lock_owner 32 flags (32) */
  private static Body read(ByteBuffer in) {
    return new Body.Read(
        in.getLong(AT), in.getLong(AT + 8), size(in.getInt(AT + 16)), in.getInt(AT + 32));
  }

  /** 0 handle 8 offset 16 size (32) 20 write_flags (32) 24 lock_owner 32 flags (32) 40 data */
  private static Body write(ByteBuffer in) {
    int size = size(in.getInt(AT + 16));
    int dataAt = AT + 40;
    if (size > in.limit() - dataAt) {
      throw new IndexOutOfBoundsException(size);
    }
    return new Body.Write(
        in.getLong(AT), in.getLong(AT + 8), size, in.getInt(AT + 20), in.getInt(AT + 32), dataAt);
  }

  /** 0 size (32) 4 flags (32), extended: 8 setxattr_flags (32) 12 unused; then name and value */
  private static Body setxattr(ByteBuffer in, boolean extended) {
    int size = size(in.getInt(AT));
    int at = AT + (extended ? 16 : 8);
    Name name = name(in, at);
    boolean kill = extended && (in.getInt(AT + 8) & SETXATTR_ACL_KILL_SGID) != 0;
    int valueAt = at + name.length() + 1;
    if (size > in.limit() - valueAt) {
      throw new IndexOutOfBoundsException(size);
    }
    byte[] value = new byte[size];
    in.get(valueAt, value);
    return new Body.Setxattr(name, value, in.getInt(AT + 4), kill);
  }

  /** 0 handle 8 owner 16 start 24 end 32 type (32) 36 pid (32) 40 lk_flags (32) */
  private static Body lk(ByteBuffer in) {
    return new Body.Lk(
        in.getLong(AT),
        in.getLong(AT + 8),
        in.getLong(AT + 16),
        in.getLong(AT + 24),
        in.getInt(AT + 32),
        in.getInt(AT + 36),
        (in.getInt(AT + 40) & LK_FLOCK) != 0);
  }

  /** 0 handle 8 offset 16 node_out 24 handle_out 32 offset_out 40 length 48 flags */
  private static Body copy(ByteBuffer in) {
    return new Body.CopyFileRange(
        in.getLong(AT),
        in.getLong(AT + 8),
        in.getLong(AT + 16),
        in.getLong(AT + 24),
        in.getLong(AT + 32),
        in.getLong(AT + 40),
        in.getLong(AT + 48));
  }

  private static int size(int unsigned) {
    if (unsigned < 0) {
      throw new IndexOutOfBoundsException(unsigned);
    }
    return unsigned;
  }

  private static Name name(ByteBuffer in, int at) {
    return new Name(string(in, at));
  }

  /** The bytes before a NUL, which must be there. */
  private static byte[] string(ByteBuffer in, int at) {
    int end = at;
    // Four bytes at a time would read past the end; names are short.
    while (in.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - at];
    in.get(at, bytes);
    return bytes;
  }

  /** A view of memory that requests can be read from. */
  public static ByteBuffer ordered(ByteBuffer memory) {
    return memory.order(ByteOrder.nativeOrder());
  }
}
