package io.dfs.nameserver.op;

import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import io.dfs.nameserver.state.Trash;
import io.dfs.nameserver.state.TrashEntry;

/** What goes into the trash when it loses its last name. */
final class TrashRule {
  /**
   * What lived no longer is not kept: lock files of git, what compilers write between their passes,
   * files that are unlinked while they are open. Nobody has worked on it for long either.
   */
  static final int MIN_AGE_SECONDS = 10;

  private TrashRule() {}

  /** Puts an inode without a name into the trash, unless it is to be removed at once. */
  static boolean keep(
      Transaction tx, Timestamp now, Inode parent, Name name, Dentry dentry, Inode inode) {
    Trash trash = tx.trash();
    long keep = trash.keepSeconds(parent);
    boolean holds = inode.isDirectory() && !trash.in(inode.id(), 0, 1).isEmpty();
    if (holds) {
      // Not shorter than what was deleted from it: its name is a part of their path.
      keep = Math.max(1, Math.max(keep, trash.keepSeconds(inode)));
    }
    boolean old = now.seconds() - inode.btime().seconds() >= MIN_AGE_SECONDS;
    if (keep == 0 || !(old || holds)) {
      return false;
    }
    tx.putTrash(
        new TrashEntry(
            parent.id(),
            inode.id(),
            name,
            inode.uid(),
            now.seconds(),
            now.seconds() + keep,
            inode.allocated(),
            dentry.cookie(),
            tx.counter(Counter.APPLIED)));
    tx.putInode(inode.edit().parent(parent.id()).done());
    return true;
  }
}
