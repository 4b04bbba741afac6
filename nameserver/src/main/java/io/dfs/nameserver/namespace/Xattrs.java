package io.dfs.nameserver.namespace;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Inode;

/** Who may see and change which extended attributes, by their namespaces. */
public final class Xattrs {
  /** As Linux: what listxattr(2) can return. */
  public static final int MAX_NAMES_BYTES = 65536;

  /** All values of an inode; an inode's attributes are removed in one step. */
  public static final int MAX_VALUES_BYTES = 1 << 20;

  private Xattrs() {}

  public static void requireWrite(Inode inode, Caller caller, Name name) {
    String space = space(name);
    switch (space) {
      case "user" -> {
        if (!inode.isRegular() && !inode.isDirectory()) {
          throw new FsException(
              Errno.EPERM, "only files and directories have attributes of the user namespace");
        }
        if (inode.isDirectory() && Access.isSticky(inode) && !Access.owns(inode, caller)) {
          throw new FsException(
              Errno.EPERM, "only the owner sets attributes of a sticky directory");
        }
        Access.require(inode, caller, Access.WRITE);
      }
      case "trusted", "security" -> {
        if (!Access.privileged(caller)) {
          throw new FsException(Errno.EPERM, "attribute '" + name + "' is the super-user's");
        }
      }
      default -> {
        requireAcl(inode, name);
        Access.requireOwner(inode, caller);
      }
    }
  }

  /** Of the system namespace there are the two ACLs. */
  private static void requireAcl(Inode inode, Name name) {
    if (!isAcl(name) || inode.type() == FileType.SYMLINK) {
      throw new FsException(Errno.EOPNOTSUPP, "attribute '" + name + "' is not supported");
    }
  }

  public static boolean isAcl(Name name) {
    return name.equals(Acl.ACCESS) || name.equals(Acl.DEFAULT);
  }

  public static void requireRead(Inode inode, Caller caller, Name name) {
    switch (space(name)) {
      case "user" -> Access.require(inode, caller, Access.READ);
      case "trusted" -> {
        if (!Access.privileged(caller)) {
          throw new FsException(Errno.ENODATA, "attribute '" + name + "' does not exist");
        }
      }
      case "security" -> {}
      default -> requireAcl(inode, name);
    }
  }

  /** Whether it is listed. Linux leaves that to the filesystem, for a caller it has checked too. */
  public static boolean visible(Caller caller, Name name) {
    return caller.uid() == 0 || !space(name).equals("trusted");
  }

  private static String space(Name name) {
    String text = name.toString();
    int dot = text.indexOf('.');
    return dot < 0 || dot == text.length() - 1 ? "" : text.substring(0, dot);
  }
}
