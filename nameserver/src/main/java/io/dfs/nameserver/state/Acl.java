package io.dfs.nameserver.state;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Name;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A POSIX access control list. Immutable. It is stored, and passes to and from programs, in the
 * format of Linux's extended attribute, numbers little-endian:
 *
 * <pre>
 * 0 version = 2 [4]
 * then for each entry: tag [2] permissions [2] uid or gid, else -1 [4]
 * </pre>
 *
 * @param entries in the order of their tags, those of one tag by id
 */
public record Acl(List<Entry> entries) {
  /** The attribute of the list that says who may access an inode. */
  public static final Name ACCESS = Name.of("system.posix_acl_access");

  /** The attribute of the list that new entries of a directory get. */
  public static final Name DEFAULT = Name.of("system.posix_acl_default");

  /** Far more than anybody keeps an eye on; a check walks all of them. */
  private static final int MAX_ENTRIES = 1024;

  private static final int VERSION = 2;
  private static final int HEAD_BYTES = 4;
  private static final int ENTRY_BYTES = 8;
  private static final int ALL = 7;

  /** Whom an entry is about. */
  public enum Tag {
    USER_OBJ(0x01),
    USER(0x02),
    GROUP_OBJ(0x04),
    GROUP(0x08),
    MASK(0x10),
    OTHER(0x20);

    private final int code;

    Tag(int code) {
      this.code = code;
    }

    static Tag of(int code) {
      for (Tag tag : values()) {
        if (tag.code == code) {
          return tag;
        }
      }
      throw invalid("an entry of the unknown kind " + code);
    }

    boolean isNamed() {
      return this == USER || this == GROUP;
    }
  }

  /**
   * What one user, group or class may do.
   *
   * @param permissions 4 read, 2 write, 1 execute
   * @param id of a USER or GROUP; else -1
   */
  public record Entry(Tag tag, int permissions, int id) {
    public Entry with(int newPermissions) {
      return new Entry(tag, newPermissions, id);
    }
  }

  /** EINVAL when it is no valid list; null for one without entries, which stands for none. */
  public static @Nullable Acl parse(byte[] value) {
    if (value.length < HEAD_BYTES || (value.length - HEAD_BYTES) % ENTRY_BYTES != 0) {
      throw invalid(value.length + " bytes");
    }
    Acl acl = decode(value);
    if (acl.entries.isEmpty()) {
      return null;
    }
    acl.check();
    return acl;
  }

  static Acl decode(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != VERSION) {
      throw invalid("another version");
    }
    List<Entry> entries = new ArrayList<>();
    while (in.hasRemaining()) {
      Tag tag = Tag.of(in.getShort() & 0xffff);
      int permissions = in.getShort() & 0xffff;
      int id = in.getInt();
      entries.add(new Entry(tag, permissions, tag.isNamed() ? id : -1));
    }
    return new Acl(List.copyOf(entries));
  }

  public byte[] encode() {
    ByteBuffer out =
        ByteBuffer.allocate(HEAD_BYTES + ENTRY_BYTES * entries.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(VERSION);
    for (Entry e : entries) {
      out.putShort((short) e.tag.code).putShort((short) e.permissions).putInt(e.id);
    }
    return out.array();
  }

  private void check() {
    if (entries.size() > MAX_ENTRIES) {
      throw new FsException(
          Errno.ENOSPC,
          "an ACL of " + entries.size() + " entries; " + MAX_ENTRIES + " is the most");
    }
    Entry last = null;
    boolean named = false;
    for (Entry e : entries) {
      if ((e.permissions & ~ALL) != 0) {
        throw invalid("permissions other than rwx");
      }
      if (last != null && !follows(last, e)) {
        throw invalid("entries out of order, or one twice");
      }
      named |= e.tag.isNamed();
      last = e;
    }
    if (find(Tag.USER_OBJ) == null || find(Tag.GROUP_OBJ) == null || find(Tag.OTHER) == null) {
      throw invalid("the entry of the owner, the group or the others is missing");
    }
    if (named && find(Tag.MASK) == null) {
      throw invalid("named entries without a mask");
    }
  }

  private static boolean follows(Entry a, Entry b) {
    int order = a.tag.compareTo(b.tag);
    return order < 0 || (order == 0 && a.tag.isNamed() && a.id != b.id);
  }

  /** The first entry of a kind. */
  public @Nullable Entry find(Tag tag) {
    for (Entry e : entries) {
      if (e.tag == tag) {
        return e;
      }
    }
    return null;
  }

  private static FsException invalid(String what) {
    return new FsException(Errno.EINVAL, "not a POSIX ACL of version 2: " + what);
  }
}
