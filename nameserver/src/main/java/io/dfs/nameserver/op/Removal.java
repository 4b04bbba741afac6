package io.dfs.nameserver.op;

import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** What all operations that take a name from an inode share. */
final class Removal {
  private Removal() {}

  /**
   * The inode after it has lost a name; a directory has just one. Without any it goes into the
   * trash, or is removed when nobody has it open.
   */
  static Inode loseName(
      Transaction tx, Timestamp now, Inode parent, Name name, Dentry dentry, Inode inode) {
    Inode.Edit edit = inode.edit().ctime(now);
    Inode left = (inode.isDirectory() ? edit.nlink(0) : edit.addLinks(-1)).done();
    tx.putInode(left);
    if (left.nlink() == 0 && !TrashRule.keep(tx, now, parent, name, dentry, left)) {
      orphan(tx, left);
    }
    return left;
  }

  /** Nothing leads to the inode any more but who has it open. */
  static void orphan(Transaction tx, Inode inode) {
    tx.putOrphan(inode.id());
    tx.effect(new Effect.Orphaned(inode.id()));
  }
}
