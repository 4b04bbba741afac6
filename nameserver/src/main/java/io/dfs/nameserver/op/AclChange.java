package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.AclRules;
import io.dfs.nameserver.namespace.Modes;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import org.jspecify.annotations.Nullable;

/** Storing and removing the two ACLs of an inode, which are attributes with a meaning. */
final class AclChange {
  private AclChange() {}

  /** Takes a list in as setxattr(2) brings it; one without entries removes what there is. */
  static void set(Transaction tx, Timestamp now, Inode inode, Mutation.SetXattr m) {
    Acl acl = Acl.parse(m.value());
    if (acl == null) {
      remove(tx, now, inode, m.name().equals(Acl.ACCESS) ? Inode.ACCESS_ACL : Inode.DEFAULT_ACL);
    } else if (m.name().equals(Acl.ACCESS)) {
      setAccess(tx, now, inode, acl, m);
    } else if (!inode.isDirectory()) {
      throw new FsException(Errno.EACCES, "only directories have a default ACL");
    } else {
      tx.putXattr(inode.id(), Acl.DEFAULT, m.value());
      tx.putInode(inode.edit().flag(Inode.DEFAULT_ACL, true).ctime(now).done());
    }
  }

  private static void setAccess(
      Transaction tx, Timestamp now, Inode inode, Acl acl, Mutation.SetXattr m) {
    Caller caller = m.caller();
    boolean strange =
        (m.flags() & Mutation.SetXattr.KILL_SETGID) != 0
            || (!Access.privileged(caller) && !caller.inGroup(inode.gid()));
    int mode = AclRules.mode(acl, strange ? Modes.withoutSetGid(inode.mode()) : inode.mode());
    boolean plain = AclRules.isMode(acl);
    tx.putInode(inode.edit().mode(mode).flag(Inode.ACCESS_ACL, !plain).ctime(now).done());
    if (!plain) {
      tx.putXattr(inode.id(), Acl.ACCESS, acl.encode());
    } else if (inode.has(Inode.ACCESS_ACL)) {
      tx.deleteXattr(inode.id(), Acl.ACCESS);
    }
  }

  /** Removes a list, if there is one. The permission bits stay as they are. */
  static void remove(Transaction tx, Timestamp now, Inode inode, int flag) {
    if (inode.has(flag)) {
      tx.deleteXattr(inode.id(), flag == Inode.ACCESS_ACL ? Acl.ACCESS : Acl.DEFAULT);
      tx.putInode(inode.edit().flag(flag, false).ctime(now).done());
    }
  }

  /** What a directory gives to what is made in it; null for nothing. */
  static @Nullable Acl inherited(Transaction tx, Inode parent, FileType type) {
    return type == FileType.SYMLINK || !parent.has(Inode.DEFAULT_ACL)
        ? null
        : tx.acl(parent.id(), Acl.DEFAULT);
  }

  /** Stores what a new inode has got; returns the flags that say so. */
  static int store(Transaction tx, Inode inode, Acl inherited, Acl own) {
    int flags = 0;
    if (!AclRules.isMode(own)) {
      tx.putXattr(inode.id(), Acl.ACCESS, own.encode());
      flags |= Inode.ACCESS_ACL;
    }
    if (inode.isDirectory()) {
      tx.putXattr(inode.id(), Acl.DEFAULT, inherited.encode());
      flags |= Inode.DEFAULT_ACL;
    }
    return flags;
  }
}
