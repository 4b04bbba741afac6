package io.dfs.nameserver.namespace;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Caller;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Inode;

/** Who may do what to an inode. A caller whose kernel has checked already passes everything. */
public final class Access {
  public static final int READ = 4;
  public static final int WRITE = 2;
  public static final int EXECUTE = 1;
  private static final int STICKY = 01000;

  private Access() {}

  /** EACCES unless all bits of {@code wanted} are granted. */
  public static void require(Inode inode, Caller caller, int wanted) {
    if (!allows(inode, caller, wanted)) {
      throw new FsException(
          Errno.EACCES, "uid " + caller.uid() + " may not access inode " + inode.id() + " so");
    }
  }

  private static boolean allows(Inode inode, Caller caller, int wanted) {
    if (caller.checked() || wanted == 0) {
      return true;
    }
    if (caller.uid() == 0) {
      return (wanted & EXECUTE) == 0 || inode.isDirectory() || (inode.mode() & 0111) != 0;
    }
    Acl acl = inode.acl();
    if (acl != null) {
      return AclRules.allows(acl, inode, caller, wanted);
    }
    int shift = caller.uid() == inode.uid() ? 6 : caller.inGroup(inode.gid()) ? 3 : 0;
    return (inode.mode() >> shift & wanted) == wanted;
  }

  /** May the caller do what only the owner may? EPERM. */
  public static void requireOwner(Inode inode, Caller caller) {
    if (!owns(inode, caller)) {
      throw new FsException(
          Errno.EPERM, "uid " + caller.uid() + " does not own inode " + inode.id());
    }
  }

  public static boolean owns(Inode inode, Caller caller) {
    return privileged(caller) || caller.uid() == inode.uid();
  }

  public static boolean privileged(Caller caller) {
    return caller.checked() || caller.uid() == 0;
  }

  /** May an entry be made in the directory? EACCES, and ENOENT when it was removed. */
  public static void requireAdd(Inode directory, Caller caller) {
    if (directory.nlink() == 0) {
      throw new FsException(
          Errno.ENOENT, "directory " + directory.id() + " has been removed; open it anew");
    }
    require(directory, caller, WRITE | EXECUTE);
  }

  static boolean isSticky(Inode directory) {
    return (directory.mode() & STICKY) != 0;
  }

  /** May the entry that stands for {@code child} be removed? EACCES, EPERM by the sticky bit. */
  public static void requireRemove(Inode directory, Inode child, Caller caller) {
    require(directory, caller, WRITE | EXECUTE);
    if (isSticky(directory) && !owns(directory, caller) && !owns(child, caller)) {
      throw new FsException(
          Errno.EPERM,
          "directory "
              + directory.id()
              + " is sticky and uid "
              + caller.uid()
              + " owns neither it nor the entry");
    }
  }
}
