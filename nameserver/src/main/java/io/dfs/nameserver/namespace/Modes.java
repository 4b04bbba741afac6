package io.dfs.nameserver.namespace;

import io.dfs.common.message.Caller;
import io.dfs.nameserver.state.Inode;

/** What becomes of permission bits. */
public final class Modes {
  public static final int ALL = 07777;
  private static final int SETUID = 04000;
  private static final int SETGID = 02000;
  private static final int GROUP_EXECUTE = 010;

  private Modes() {}

  /** A new inode belongs to the directory's group when that is setgid. */
  public static int groupOfNew(Inode parent, Caller caller) {
    return (parent.mode() & SETGID) != 0 ? parent.gid() : caller.gid();
  }

  /** A new directory is setgid when its parent is. */
  public static int modeOfNewDirectory(Inode parent, int mode) {
    return (mode & ALL) | (parent.mode() & SETGID);
  }

  /**
   * A stranger to the group cannot make a setgid file of it. Linux has seen to that for a caller it
   * has checked, whose groups are not known here.
   */
  public static int modeOfNewFile(int mode, int gid, Caller caller) {
    boolean strange = !Access.privileged(caller) && !caller.inGroup(gid);
    return (mode & ALL) & ~(strange && (mode & GROUP_EXECUTE) != 0 ? SETGID : 0);
  }

  /** chmod(2) by one who is not of the file's group loses setgid. */
  public static int changed(int mode, int gid, Caller caller) {
    boolean keeps = Access.privileged(caller) || caller.inGroup(gid);
    return (mode & ALL) & ~(keeps ? 0 : SETGID);
  }

  public static int withoutSetGid(int mode) {
    return mode & ~SETGID;
  }

  /**
   * After a write or a change of owner: no setuid, and no setgid where it means "run as the group"
   * (without group execution it once meant mandatory locking, and stays).
   */
  public static int withoutSetIds(int mode) {
    return mode & ~SETUID & ~((mode & GROUP_EXECUTE) != 0 ? SETGID : 0);
  }
}
