package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An inode as it is stored.
 *
 * <pre>
 *  0 format = 2 [1]   1 type [1]         2 flags, mode [2] 4 nlink [4]
 *  8 uid [4]         12 gid [4]         16 rdev [8]       24 size [8]
 * 32 allocated [8]   40 version [8]     48 chunkBytes [4] 52 replicas [4]
 * 56 parent [8]      64 tree [8]
 * 72 atime [8 + 4]   84 mtime [8 + 4]   96 ctime [8 + 4] 108 btime [8 + 4]
 * 120 cutAt [8]
 * </pre>
 *
 * The upper four bits at 2 are the flags, the lower twelve the mode.
 *
 * @param size of a directory: the number of its entries
 * @param parent of a directory: where ".." leads; else 0
 * @param tree which extents are its layout
 * @param cutAt extents from here on are not of the layout any more: they are worked off in the
 *     background, and no extent may be added there until they are. {@link #UNCUT} if there are none
 * @param flags a sum of {@link #ACCESS_ACL}, {@link #DEFAULT_ACL}, {@link #LINKABLE} and {@link
 *     #BARE}
 * @param acl the access ACL if it has one, which is stored as an extended attribute; null where
 *     nobody needs it
 */
public record Inode(
    InodeId id,
    FileType type,
    int mode,
    int nlink,
    int uid,
    int gid,
    long rdev,
    long size,
    long allocated,
    Timestamp atime,
    Timestamp mtime,
    Timestamp ctime,
    Timestamp btime,
    long version,
    DataSettings settings,
    InodeId parent,
    long tree,
    long cutAt,
    int flags,
    @Nullable Acl acl) {
  public static final long UNCUT = Long.MAX_VALUE;

  /** It has an ACL of its own. */
  public static final int ACCESS_ACL = 1;

  /** A directory whose new entries get an ACL. */
  public static final int DEFAULT_ACL = 2;

  /** It has never had a name and may get one. */
  public static final int LINKABLE = 4;

  /** It has never had an extended attribute but for ACLs. */
  public static final int BARE = 8;

  private static final int MODE_BITS = 12;

  private static final byte FORMAT = 2;
  private static final int BYTES = 128;
  private static final FileType[] TYPES = FileType.values();

  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  public boolean isRegular() {
    return type == FileType.REGULAR;
  }

  /** Whether bytes up to {@code end} would touch what is not worked off yet. */
  public boolean isCutBefore(long end) {
    return cutAt != UNCUT && end >= cutAt;
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** With its access ACL, for permission checks. */
  Inode with(@Nullable Acl accessAcl) {
    return new Inode(
        id, type, mode, nlink, uid, gid, rdev, size, allocated, atime, mtime, ctime, btime, version,
        settings, parent, tree, cutAt, flags, accessAcl);
  }

  public Attr attr() {
    return new Attr(
        id,
        type,
        mode,
        nlink,
        uid,
        gid,
        rdev,
        size,
        allocated,
        atime,
        mtime,
        ctime,
        btime,
        version,
        settings,
        (flags & (ACCESS_ACL | DEFAULT_ACL)) != 0,
        has(BARE));
  }

  public Edit edit() {
    return new Edit(this);
  }

  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES);
    out.put(FORMAT).put(Format.code(type)).putShort((short) (flags << MODE_BITS | mode));
    out.putInt(nlink);
    out.putInt(uid).putInt(gid).putLong(rdev).putLong(size).putLong(allocated).putLong(version);
    out.putInt(settings.chunkBytes()).putInt(settings.replicas());
    out.putLong(parent.value()).putLong(tree);
    put(out, atime);
    put(out, mtime);
    put(out, ctime);
    put(out, btime);
    out.putLong(cutAt);
    return out.array();
  }

  private static void put(ByteBuffer out, Timestamp time) {
    out.putLong(time.seconds()).putInt(time.nanos());
  }

  private static Timestamp time(ByteBuffer in) {
    return new Timestamp(in.getLong(), in.getInt());
  }

  public static Inode decode(InodeId id, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Format.check(in, FORMAT, "inode");
    FileType type = TYPES[in.get()];
    int bits = in.getShort() & 0xffff;
    int mode = bits & (1 << MODE_BITS) - 1;
    int nlink = in.getInt();
    int uid = in.getInt();
    int gid = in.getInt();
    long rdev = in.getLong();
    long size = in.getLong();
    long allocated = in.getLong();
    long version = in.getLong();
    DataSettings settings = new DataSettings(in.getInt(), in.getInt());
    InodeId parent = new InodeId(in.getLong());
    long tree = in.getLong();
    return new Inode(
        id,
        type,
        mode,
        nlink,
        uid,
        gid,
        rdev,
        size,
        allocated,
        time(in),
        time(in),
        time(in),
        time(in),
        version,
        settings,
        parent,
        tree,
        in.getLong(),
        bits >> MODE_BITS,
        null);
  }

  /** An inode under change. Confined to one operation. */
  public static final class Edit {
    private final Inode from;
    private int mode;
    private int nlink;
    private int uid;
    private int gid;
    private long size;
    private long allocated;
    private Timestamp atime;
    private Timestamp mtime;
    private Timestamp ctime;
    private long version;
    private DataSettings settings;
    private InodeId parent;
    private long tree;
    private long cutAt;
    private int flags;

    private Edit(Inode from) {
      this.from = from;
      mode = from.mode;
      nlink = from.nlink;
      uid = from.uid;
      gid = from.gid;
      size = from.size;
      allocated = from.allocated;
      atime = from.atime;
      mtime = from.mtime;
      ctime = from.ctime;
      version = from.version;
      settings = from.settings;
      parent = from.parent;
      tree = from.tree;
      cutAt = from.cutAt;
      flags = from.flags;
    }

    public Edit mode(int value) {
      mode = value;
      return this;
    }

    public Edit addLinks(int delta) {
      nlink += delta;
      return this;
    }

    public Edit nlink(int value) {
      nlink = value;
      return this;
    }

    public Edit owner(int newUid, int newGid) {
      uid = newUid;
      gid = newGid;
      return this;
    }

    public Edit size(long value) {
      size = value;
      return this;
    }

    public Edit addSize(long delta) {
      size += delta;
      return this;
    }

    public Edit addAllocated(long delta) {
      allocated += delta;
      return this;
    }

    public Edit atime(Timestamp value) {
      atime = value;
      return this;
    }

    public Edit mtime(Timestamp value) {
      mtime = value;
      return this;
    }

    public Edit ctime(Timestamp value) {
      ctime = value;
      return this;
    }

    /** The content, size or layout has changed. */
    public Edit newVersion() {
      version = from.version + 1;
      return this;
    }

    public Edit settings(DataSettings value) {
      settings = value;
      return this;
    }

    public Edit parent(InodeId value) {
      parent = value;
      return this;
    }

    public Edit tree(long value) {
      tree = value;
      return this;
    }

    public Edit cutAt(long value) {
      cutAt = value;
      return this;
    }

    public Edit flag(int flag, boolean on) {
      flags = on ? flags | flag : flags & ~flag;
      return this;
    }

    public Inode done() {
      if (nlink < 0 || size < 0 || allocated < 0) {
        throw new FsException(Errno.EIO, "inode " + from.id + " would get a negative count");
      }
      return new Inode(
          from.id,
          from.type,
          mode,
          nlink,
          uid,
          gid,
          from.rdev,
          size,
          allocated,
          atime,
          mtime,
          ctime,
          from.btime,
          version,
          settings,
          parent,
          tree,
          cutAt,
          flags,
          from.acl);
    }
  }
}
