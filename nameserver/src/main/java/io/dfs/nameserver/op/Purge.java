package io.dfs.nameserver.op;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import java.util.List;

/**
 * Removes inodes without a name and the extents of trees without a file. The inode goes first, so
 * that nobody sees its layout half gone; a long layout follows in steps.
 */
final class Purge {
  private Purge() {}

  static Reply.Done apply(Transaction tx, Command.Purge command) {
    for (InodeId id : command.inodes()) {
      Inode inode = tx.findInode(id);
      if (inode == null || inode.nlink() == 0) {
        tx.deleteOrphan(id);
      }
      if (inode != null && inode.nlink() == 0) {
        remove(tx, inode);
      }
      tx.effect(new Effect.Purged(id));
    }
    return Reply.Done.DONE;
  }

  private static void remove(Transaction tx, Inode inode) {
    InodeId id = inode.id();
    tx.deleteInode(id);
    tx.add(Counter.INODES, -1);
    tx.xattrs(id).keySet().forEach(name -> tx.deleteXattr(id, name));
    if (inode.type() == FileType.SYMLINK) {
      tx.deleteSymlink(id);
    }
    if (inode.isRegular() && inode.allocated() > 0 && !step(tx, inode.tree())) {
      tx.putPurge(inode.tree());
      tx.effect(new Effect.PurgeQueued(inode.tree()));
    }
  }

  static Reply.Done apply(Transaction tx, Command.PurgeTree command) {
    if (step(tx, command.tree())) {
      tx.deletePurge(command.tree());
    } else {
      tx.effect(new Effect.PurgeQueued(command.tree()));
    }
    return Reply.Done.DONE;
  }

  /** Works off a bounded part; true when nothing is left. */
  private static boolean step(Transaction tx, long tree) {
    List<Extent> extents = tx.extents(tree, 0, Long.MAX_VALUE, SetAttr.MAX_CUT_EXTENTS);
    for (Extent e : extents) {
      tx.deleteExtent(tree, e.fileOffset());
      FileLayout.addLive(tx, e.chunk(), -e.length());
    }
    return extents.size() < SetAttr.MAX_CUT_EXTENTS;
  }
}
