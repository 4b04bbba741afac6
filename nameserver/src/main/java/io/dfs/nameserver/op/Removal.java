package io.dfs.nameserver.op;

import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** What all operations that take a name from an inode share. */
final class Removal {
  private Removal() {}

  /** The inode after it has lost a name; a directory has just one. */
  static Inode loseName(Transaction tx, Timestamp now, Inode inode) {
    Inode.Edit edit = inode.edit().ctime(now);
    Inode left = (inode.isDirectory() ? edit.nlink(0) : edit.addLinks(-1)).done();
    tx.putInode(left);
    if (left.nlink() == 0) {
      tx.putOrphan(left.id());
      tx.effect(new Effect.Orphaned(left.id()));
    }
    return left;
  }
}
