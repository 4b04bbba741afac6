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

/** Takes a name from a file of any type but directory. */
final class Unlink {
  private Unlink() {}

  static Reply.Node apply(Transaction tx, Timestamp now, Mutation.Unlink m) {
    Names.checkEntry(m.name(), Errno.EISDIR);
    if (TrashView.is(m.parent())) {
      return TrashChange.remove(tx, m.parent(), m.name(), m.caller(), false);
    }
    Inode parent = tx.directory(m.parent());
    Access.require(parent, m.caller(), Access.EXECUTE);
    Dentry dentry = tx.dentry(m.parent(), m.name());
    Inode inode = tx.inode(dentry.child());
    Access.requireRemove(parent, inode, m.caller());
    if (inode.isDirectory()) {
      throw new FsException(Errno.EISDIR, "'" + m.name() + "' is a directory; remove it by rmdir");
    }
    tx.deleteDentry(m.parent(), m.name(), dentry);
    tx.putInode(parent.edit().addSize(-1).mtime(now).ctime(now).done());
    Inode left = Removal.loseName(tx, now, parent, m.name(), dentry, inode);
    return Creation.answer(tx, m.parent(), left);
  }
}
