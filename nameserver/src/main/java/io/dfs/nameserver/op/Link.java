package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.Names;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Gives an inode a further name. */
final class Link {
  /** As ext4; more would serve nobody. */
  static final int MAX_LINKS = 65000;

  private Link() {}

  static Reply.Node apply(Transaction tx, Timestamp now, Mutation.Link m) {
    Names.checkEntry(m.name(), Errno.EEXIST);
    Inode parent = tx.directory(m.parent());
    Access.require(parent, m.caller(), Access.EXECUTE);
    Inode inode = tx.inode(m.inode());
    TrashChange.requireFree(m.parent(), m.name());
    if (tx.findDentry(m.parent(), m.name()) != null) {
      throw Creation.exists(m.name());
    }
    if (inode.isDirectory()) {
      throw new FsException(Errno.EPERM, "a directory has one name only");
    }
    Access.requireAdd(parent, m.caller());
    if (inode.nlink() == 0 && !inode.has(Inode.LINKABLE)) {
      throw new FsException(Errno.ENOENT, "inode " + inode.id() + " has no name any more");
    }
    if (inode.nlink() >= MAX_LINKS) {
      throw new FsException(
          Errno.EMLINK, "inode " + inode.id() + " has " + MAX_LINKS + " names; copy it instead");
    }
    if (inode.nlink() == 0) {
      tx.deleteOrphan(inode.id());
    }
    Inode linked = inode.edit().addLinks(1).flag(Inode.LINKABLE, false).ctime(now).done();
    tx.putInode(linked);
    Creation.enter(tx, now, parent, m.name(), linked);
    return Creation.answer(tx, m.parent(), linked);
  }
}
