package io.dfs.fusemount.linux.wire;

import io.dfs.common.message.Attr;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Lock;
import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;

/**
 * Writes answers and notifications at a buffer's position; the buffer has the machine's byte order.
 * Pure. The layouts are those of linux/fuse.h.
 */
public final class Encoder {
  /** {@code fuse_out_header}: 0 length (32) 4 error (32) 8 unique */
  public static final int HEADER_BYTES = 16;

  public static final int ATTR_BYTES = 88;
  public static final int ENTRY_BYTES = 40 + ATTR_BYTES;
  public static final int STATX_BYTES = 32 + 256;

  /** Of an answer to OPEN. */
  public static final int FOPEN_DIRECT_IO = 1;

  public static final int FOPEN_KEEP_CACHE = 1 << 1;
  public static final int FOPEN_CACHE_DIR = 1 << 3;

  private static final int F_RDLCK = 0;
  private static final int F_WRLCK = 1;
  private static final int F_UNLCK = 2;

  private static final int NOTIFY_INVAL_INODE = 2;
  private static final int NOTIFY_INVAL_ENTRY = 3;
  private static final int NOTIFY_INC_EPOCH = 8;

  private static final int DIRENT_BYTES = 24;

  /** What programs read and write at a time if they ask: one block of a dataserver's checksums. */
  private static final int PREFERRED_IO_BYTES = 64 * 1024;

  /** STATX_BASIC_STATS and STATX_BTIME. */
  private static final int STATX_MASK = 0xfff;

  private Encoder() {}

  /**
   * @param bodyBytes of all that follows
   * @param error an errno, or 0
   */
  public static void header(ByteBuffer out, int at, int bodyBytes, int error, long unique) {
    out.putInt(at, HEADER_BYTES + bodyBytes);
    out.putInt(at + 4, -error);
    out.putLong(at + 8, unique);
  }

  /**
   * 0 major (32) 4 minor (32) 8 max_readahead (32) 12 flags (32) 16 max_background (16) 18
   * congestion_threshold (16) 20 max_write (32) 24 time_gran (32) 28 max_pages (16) 30
   * map_alignment (16) 32 flags2 (32) 36 unused, to 64
   */
  public static void init(ByteBuffer out, Negotiation n) {
    out.putInt(Negotiation.MAJOR).putInt(n.minor()).putInt(n.maxReadahead());
    out.putInt((int) n.flags());
    out.putShort((short) n.maxBackground()).putShort((short) (n.maxBackground() * 3 / 4));
    out.putInt(n.maxWrite()).putInt(1);
    out.putShort((short) n.maxPages()).putShort((short) 0);
    out.putInt((int) (n.flags() >>> 32));
    for (int i = 0; i < 7; i++) {
      out.putInt(0);
    }
  }

  /**
   * 0 node 8 generation 16 entry_valid 24 attr_valid 32 entry_valid_nsec (32) 36 attr_valid_nsec
   * (32) 40 attributes. Inode numbers are never used again, so there is one generation.
   */
  public static void entry(ByteBuffer out, Attr attr, long entryMs, long attrMs) {
    out.putLong(attr.inode().value()).putLong(0);
    out.putLong(entryMs / 1000).putLong(attrMs / 1000);
    out.putInt(nanos(entryMs)).putInt(nanos(attrMs));
    attributes(out, attr);
  }

  /** There is no such name, and the kernel may believe so for a time. */
  public static void noEntry(ByteBuffer out, long entryMs) {
    out.putLong(0).putLong(0).putLong(entryMs / 1000).putLong(0).putInt(nanos(entryMs)).putInt(0);
    zeros(out, ATTR_BYTES);
  }

  /** 0 attr_valid 8 attr_valid_nsec (32) 12 unused 16 attributes */
  public static void attr(ByteBuffer out, Attr attr, long attrMs) {
    out.putLong(attrMs / 1000).putInt(nanos(attrMs)).putInt(0);
    attributes(out, attr);
  }

  private static int nanos(long ms) {
    return (int) (ms % 1000) * 1_000_000;
  }

  /**
   * 0 inode 8 size 16 blocks 24 atime 32 mtime 40 ctime; nanoseconds (32): 48 atime 52 mtime 56
   * ctime; 60 mode (32) 64 nlink (32) 68 uid (32) 72 gid (32) 76 rdev (32) 80 blksize (32) 84 flags
   * (32)
   */
  private static void attributes(ByteBuffer out, Attr a) {
    out.putLong(a.inode().value()).putLong(a.sizeBytes()).putLong(blocks(a));
    out.putLong(a.atime().seconds()).putLong(a.mtime().seconds()).putLong(a.ctime().seconds());
    out.putInt(a.atime().nanos()).putInt(a.mtime().nanos()).putInt(a.ctime().nanos());
    out.putInt(a.stMode()).putInt(a.nlink()).putInt(a.uid()).putInt(a.gid());
    out.putInt((int) a.rdev()).putInt(PREFERRED_IO_BYTES).putInt(0);
  }

  private static long blocks(Attr attr) {
    return (attr.allocatedBytes() + 511) / 512;
  }

  /**
   * 0 attr_valid 8 attr_valid_nsec (32) 12 flags (32) 16 spare, to 32; then {@code struct
   * fuse_statx}, which is {@code struct statx} of linux/stat.h
   */
  public static void statx(ByteBuffer out, Attr a, long attrMs) {
    out.putLong(attrMs / 1000).putInt(nanos(attrMs)).putInt(0).putLong(0).putLong(0);
    out.putInt(STATX_MASK).putInt(PREFERRED_IO_BYTES).putLong(0);
    out.putInt(a.nlink()).putInt(a.uid()).putInt(a.gid());
    out.putShort((short) a.stMode()).putShort((short) 0);
    out.putLong(a.inode().value()).putLong(a.sizeBytes()).putLong(blocks(a)).putLong(0);
    statxTime(out, a.atime());
    statxTime(out, a.btime());
    statxTime(out, a.ctime());
    statxTime(out, a.mtime());
    long rdev = a.rdev();
    out.putInt((int) ((rdev >> 8) & 0xfff));
    out.putInt((int) ((rdev & 0xff) | ((rdev >> 12) & 0xfff00)));
    out.putInt(0).putInt(0);
    zeros(out, 14 * Long.BYTES);
  }

  private static void statxTime(ByteBuffer out, Timestamp time) {
    out.putLong(time.seconds()).putInt(time.nanos()).putInt(0);
  }

  private static void zeros(ByteBuffer out, int bytes) {
    for (int i = 0; i < bytes; i += Long.BYTES) {
      out.putLong(0);
    }
  }

  /** 0 handle 8 open_flags (32) 12 backing id (32) */
  public static void opened(ByteBuffer out, long handle, int flags) {
    out.putLong(handle).putInt(flags).putInt(0);
  }

  /** Of WRITE and COPY_FILE_RANGE: 0 size (32) 4 unused */
  public static void written(ByteBuffer out, int bytes) {
    out.putInt(bytes).putInt(0);
  }

  /** Of LSEEK and COPY_FILE_RANGE_64. */
  public static void offset(ByteBuffer out, long offset) {
    out.putLong(offset);
  }

  /** How long a value or a list of names is: 0 size (32) 4 unused */
  public static void length(ByteBuffer out, int bytes) {
    out.putInt(bytes).putInt(0);
  }

  /** 0 start 8 end 16 type (32) 20 pid (32) */
  public static void lock(ByteBuffer out, Lock holder) {
    out.putLong(holder.start()).putLong(holder.end());
    out.putInt(
        switch (holder.type()) {
          case READ -> F_RDLCK;
          case WRITE -> F_WRLCK;
          case UNLOCK -> F_UNLCK;
        });
    out.putInt(holder.pid());
  }

  /**
   * 0 blocks 8 bfree 16 bavail 24 files 32 ffree 40 bsize (32) 44 namelen (32) 48 frsize (32) 52
   * unused, to 80
   */
  public static void statfs(
      ByteBuffer out, int blockBytes, long blocks, long free, long files, long freeFiles) {
    out.putLong(blocks).putLong(free).putLong(free).putLong(files).putLong(freeFiles);
    out.putInt(blockBytes).putInt(255).putInt(blockBytes);
    for (int i = 0; i < 7; i++) {
      out.putInt(0);
    }
  }

  /** What an entry takes in an answer to READDIR. */
  public static int direntBytes(int nameBytes) {
    return (DIRENT_BYTES + nameBytes + 7) & ~7;
  }

  /** 0 inode 8 offset 16 length of the name (32) 20 type (32) 24 name, padded to 8 */
  public static void dirent(ByteBuffer out, long inode, long cookie, FileType type, byte[] name) {
    int end = out.position() + direntBytes(name.length);
    out.putLong(inode).putLong(cookie).putInt(name.length).putInt(type.modeBits() >> 12);
    out.put(name);
    while (out.position() < end) {
      out.put((byte) 0);
    }
  }

  /** An entry of READDIRPLUS without attributes, before its {@link #dirent}. */
  public static void unknownEntry(ByteBuffer out) {
    zeros(out, ENTRY_BYTES);
  }

  /**
   * The whole notification: 0 node 8 offset 16 length.
   *
   * @param offset negative: only attributes
   * @param length 0: to the end
   */
  public static void invalidateInode(ByteBuffer out, long node, long offset, long length) {
    out.putInt(HEADER_BYTES + 24).putInt(NOTIFY_INVAL_INODE).putLong(0);
    out.putLong(node).putLong(offset).putLong(length);
  }

  /** The whole notification: every name is asked for anew. Since 7.44; before, EINVAL. */
  public static void forgetNames(ByteBuffer out) {
    out.putInt(HEADER_BYTES).putInt(NOTIFY_INC_EPOCH).putLong(0);
  }

  /** The whole notification: 0 parent 8 length of the name (32) 12 flags (32) 16 name, NUL */
  public static void invalidateEntry(ByteBuffer out, long parent, byte[] name) {
    out.putInt(HEADER_BYTES + 16 + name.length + 1).putInt(NOTIFY_INVAL_ENTRY).putLong(0);
    out.putLong(parent).putInt(name.length).putInt(0).put(name).put((byte) 0);
  }
}
