package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.Names;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import io.dfs.nameserver.state.TrashView;

/** Removes an empty directory. */
final class Rmdir {
  private Rmdir() {}

  static Reply.Node apply(Transaction tx, Timestamp now, Mutation.Rmdir m) {
    Names.check(m.name());
    if (m.name().isDot()) {
      throw new FsException(Errno.EINVAL, "'.' cannot be removed");
    }
    if (m.name().isDotDot()) {
      throw new FsException(Errno.ENOTEMPTY, "'..' cannot be removed");
    }
    if (TrashView.is(m.parent())) {
      return TrashChange.remove(tx, m.parent(), m.name(), m.caller(), true);
    }
    Inode parent = tx.directory(m.parent());
    Access.require(parent, m.caller(), Access.EXECUTE);
    Dentry dentry = tx.dentry(m.parent(), m.name());
    Inode inode = tx.inode(dentry.child());
    Access.requireRemove(parent, inode, m.caller());
    requireEmptyDirectory(inode, m.name());
    tx.deleteDentry(m.parent(), m.name(), dentry);
    tx.putInode(parent.edit().addSize(-1).addLinks(-1).mtime(now).ctime(now).done());
    Inode left = Removal.loseName(tx, now, parent, m.name(), dentry, inode);
    return Creation.answer(tx, m.parent(), left);
  }

  static void requireEmptyDirectory(Inode inode, Object name) {
    if (!inode.isDirectory()) {
      throw new FsException(Errno.ENOTDIR, "'" + name + "' is not a directory");
    }
    if (inode.size() > 0) {
      throw new FsException(
          Errno.ENOTEMPTY, "directory '" + name + "' has " + inode.size() + " entries");
    }
  }
}
