package io.dfs.fusemount.jnr;

import io.dfs.common.message.Attr;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Timestamp;
import io.dfs.fusemount.memory.Memory;
import jnr.ffi.Runtime;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Statvfs;

/**
 * The structs of the C interface, read and written by offset. Immutable. {@code struct stat} and
 * {@code struct statvfs} differ between platforms, their offsets come from jnr-fuse; libfuse's own
 * are the same on every 64-bit one:
 *
 * <pre>
 * fuse_file_info    0 flags  16 writepage  20 bits (below)  24 fh  32 lock_owner
 * fuse_conn_info    0 major  4 minor  8 async_read  12 max_write  16 max_readahead
 *                  20 capable  24 want  28 max_background  32 congestion_threshold
 * timespec          0 seconds  8 nanoseconds
 * flock             0 type (16)  2 whence (16)  8 start  16 length  24 pid (32)
 * </pre>
 */
final class Layout {
  static final int FI_FLAGS = 0;
  static final int FI_WRITEPAGE = 16;
  static final int FI_BITS = 20;
  static final int FI_FH = 24;
  static final int FI_LOCK_OWNER = 32;

  static final int FI_DIRECT_IO = 1;
  static final int FI_KEEP_CACHE = 1 << 1;
  static final int FI_FLUSH = 1 << 2;
  static final int FI_FLOCK_RELEASE = 1 << 4;

  static final int CONN_MAX_BACKGROUND = 28;
  static final int CONN_CONGESTION = 32;

  static final int TIMESPEC_BYTES = 16;

  static final int FLOCK_TYPE = 0;
  static final int FLOCK_WHENCE = 2;
  static final int FLOCK_START = 8;
  static final int FLOCK_LENGTH = 16;
  static final int FLOCK_PID = 24;

  /** What programs read and write at a time if they ask: one block of a dataserver's checksums. */
  private static final int PREFERRED_IO_BYTES = 64 * 1024;

  private static final FileStat STAT = new FileStat(Runtime.getSystemRuntime());
  private static final int INO = (int) STAT.st_ino.offset();
  private static final int NLINK = (int) STAT.st_nlink.offset();
  private static final int MODE = (int) STAT.st_mode.offset();
  private static final int UID = (int) STAT.st_uid.offset();
  private static final int GID = (int) STAT.st_gid.offset();
  private static final int RDEV = (int) STAT.st_rdev.offset();
  private static final int SIZE = (int) STAT.st_size.offset();
  private static final int BLKSIZE = (int) STAT.st_blksize.offset();
  private static final int BLOCKS = (int) STAT.st_blocks.offset();

  /** jnr-fuse counts a nested struct's members from the beginning of the inner one. */
  private static final int ATIM = BLOCKS + 8;

  private static final int MTIM = ATIM + TIMESPEC_BYTES;
  private static final int CTIM = MTIM + TIMESPEC_BYTES;

  private static final Statvfs STATVFS = new Statvfs(Runtime.getSystemRuntime());
  private static final int F_BSIZE = (int) STATVFS.f_bsize.offset();
  private static final int F_FRSIZE = (int) STATVFS.f_frsize.offset();
  private static final int F_BLOCKS = (int) STATVFS.f_blocks.offset();
  private static final int F_BFREE = (int) STATVFS.f_bfree.offset();
  private static final int F_BAVAIL = (int) STATVFS.f_bavail.offset();
  private static final int F_FILES = (int) STATVFS.f_files.offset();
  private static final int F_FFREE = (int) STATVFS.f_ffree.offset();
  private static final int F_FAVAIL = (int) STATVFS.f_favail.offset();
  private static final int F_NAMEMAX = (int) STATVFS.f_namemax.offset();

  private Layout() {}

  /** For a scratch {@code struct stat}. */
  static int statBytes() {
    return jnr.ffi.Struct.size(STAT);
  }

  /**
   * The caller has zeroed the struct, as libfuse does; so 32 bits do for nlink and blksize, which
   * have 64 on some machines (all of them little-endian).
   */
  static void putStat(long stat, Attr attr) {
    Memory.putLong(stat + INO, attr.inode().value());
    Memory.putInt(stat + MODE, attr.stMode());
    Memory.putInt(stat + NLINK, attr.nlink());
    Memory.putInt(stat + UID, attr.uid());
    Memory.putInt(stat + GID, attr.gid());
    Memory.putLong(stat + RDEV, attr.rdev());
    Memory.putLong(stat + SIZE, attr.sizeBytes());
    Memory.putInt(stat + BLKSIZE, PREFERRED_IO_BYTES);
    Memory.putLong(stat + BLOCKS, (attr.allocatedBytes() + 511) / 512);
    putTime(stat + ATIM, attr.atime());
    putTime(stat + MTIM, attr.mtime());
    putTime(stat + CTIM, attr.ctime());
  }

  /** Number and type, all that a listing has. */
  static void putEntry(long stat, long inode, FileType type) {
    Memory.putLong(stat + INO, inode);
    Memory.putInt(stat + MODE, type.modeBits());
  }

  private static void putTime(long timespec, Timestamp time) {
    Memory.putLong(timespec, time.seconds());
    Memory.putLong(timespec + 8, time.nanos());
  }

  static void putStatvfs(
      long statvfs, int blockBytes, long blocks, long free, long files, long freeFiles) {
    Memory.putLong(statvfs + F_BSIZE, blockBytes);
    Memory.putLong(statvfs + F_FRSIZE, blockBytes);
    Memory.putLong(statvfs + F_BLOCKS, blocks);
    Memory.putLong(statvfs + F_BFREE, free);
    Memory.putLong(statvfs + F_BAVAIL, free);
    Memory.putLong(statvfs + F_FILES, files);
    Memory.putLong(statvfs + F_FFREE, freeFiles);
    Memory.putLong(statvfs + F_FAVAIL, freeFiles);
    Memory.putLong(statvfs + F_NAMEMAX, 255);
  }
}
