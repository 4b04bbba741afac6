package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Xattrs;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Removes an extended attribute. */
final class RemoveXattr {
  private RemoveXattr() {}

  static Reply.Done apply(Transaction tx, Timestamp now, Mutation.RemoveXattr m) {
    Inode inode = tx.inode(m.inode());
    Xattrs.requireWrite(inode, m.caller(), m.name());
    if (tx.xattr(m.inode(), m.name()) == null) {
      throw new FsException(Errno.ENODATA, "attribute '" + m.name() + "' does not exist");
    }
    if (Xattrs.isAcl(m.name())) {
      boolean access = m.name().equals(Acl.ACCESS);
      AclChange.remove(tx, now, inode, access ? Inode.ACCESS_ACL : Inode.DEFAULT_ACL);
      return Reply.Done.DONE;
    }
    tx.deleteXattr(m.inode(), m.name());
    tx.putInode(inode.edit().ctime(now).done());
    return Reply.Done.DONE;
  }
}
