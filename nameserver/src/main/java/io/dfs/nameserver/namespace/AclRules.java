package io.dfs.nameserver.namespace;

import io.dfs.common.message.Caller;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Acl.Entry;
import io.dfs.nameserver.state.Acl.Tag;
import io.dfs.nameserver.state.Inode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What POSIX access control lists grant, and how they and the permission bits move together. */
public final class AclRules {
  private static final int ALL = 7;
  private static final int PERMISSION_BITS = 0777;

  private AclRules() {}

  /** Whether the list grants all of {@code wanted}; the super-user is not its business. */
  static boolean allows(Acl acl, Inode inode, Caller caller, int wanted) {
    Entry mask = acl.find(Tag.MASK);
    int masked = mask == null ? ALL : mask.permissions();
    boolean inGroup = false;
    for (Entry e : acl.entries()) {
      switch (e.tag()) {
        case USER_OBJ -> {
          if (caller.uid() == inode.uid()) {
            return grants(e.permissions(), wanted);
          }
        }
        case USER -> {
          if (caller.uid() == e.id()) {
            return grants(e.permissions() & masked, wanted);
          }
        }
        case GROUP_OBJ, GROUP -> {
          if (caller.inGroup(e.tag() == Tag.GROUP ? e.id() : inode.gid())) {
            inGroup = true;
            if (grants(e.permissions(), wanted)) {
              return grants(masked, wanted);
            }
          }
        }
        case MASK -> {}
        case OTHER -> {
          return !inGroup && grants(e.permissions(), wanted);
        }
      }
    }
    return false;
  }

  private static boolean grants(int permissions, int wanted) {
    return (permissions & wanted) == wanted;
  }

  /** Whether the list says no more than permission bits can. */
  public static boolean isMode(Acl acl) {
    return acl.entries().stream()
        .allMatch(e -> e.tag() == Tag.USER_OBJ || e.tag() == Tag.GROUP_OBJ || e.tag() == Tag.OTHER);
  }

  /** {@code mode} with the permission bits of the list: those of the group are the mask. */
  public static int mode(Acl acl, int mode) {
    return (mode & ~PERMISSION_BITS)
        | permissions(acl, Tag.USER_OBJ) << 6
        | permissions(acl, groupClass(acl)) << 3
        | permissions(acl, Tag.OTHER);
  }

  private static Tag groupClass(Acl acl) {
    return acl.find(Tag.MASK) == null ? Tag.GROUP_OBJ : Tag.MASK;
  }

  private static int permissions(Acl acl, Tag tag) {
    return Objects.requireNonNull(acl.find(tag)).permissions();
  }

  /** The list after chmod(2). */
  public static Acl changed(Acl acl, int mode) {
    return withClasses(acl, mode >> 6 & ALL, mode >> 3 & ALL, mode & ALL);
  }

  /**
   * The list of a new inode whose directory has the default list {@code inherited}: it grants no
   * more than {@code mode}, as the program gave it.
   */
  public static Acl ofNew(Acl inherited, int mode) {
    return withClasses(
        inherited,
        permissions(inherited, Tag.USER_OBJ) & mode >> 6,
        permissions(inherited, groupClass(inherited)) & mode >> 3,
        permissions(inherited, Tag.OTHER) & mode);
  }

  private static Acl withClasses(Acl acl, int user, int group, int other) {
    Tag groupClass = groupClass(acl);
    List<Entry> entries = new ArrayList<>();
    for (Entry e : acl.entries()) {
      if (e.tag() == Tag.USER_OBJ) {
        entries.add(e.with(user));
      } else if (e.tag() == groupClass) {
        entries.add(e.with(group));
      } else if (e.tag() == Tag.OTHER) {
        entries.add(e.with(other));
      } else {
        entries.add(e);
      }
    }
    return new Acl(List.copyOf(entries));
  }
}
