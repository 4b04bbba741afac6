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
    int budget = SetAttr.MAX_CUT_EXTENTS;
    for (InodeId id : command.inodes()) {
      Inode inode = tx.findInode(id);
      // What is in the trash has no name either, and stays.
      boolean unwanted = tx.isOrphan(id) && (inode == null || inode.nlink() == 0);
      if (unwanted) {
        tx.deleteOrphan(id);
      }
      if (unwanted && inode != null) {
        budget -= remove(tx, inode, budget);
      }
      tx.effect(new Effect.Purged(id));
    }
    return Reply.Done.DONE;
  }

  /** Removes an inode and at most {@code budget} extents; returns how many. */
  private static int remove(Transaction tx, Inode inode, int budget) {
    InodeId id = inode.id();
    tx.deleteInode(id);
    tx.add(Counter.INODES, -1);
    tx.xattrs(id).keySet().forEach(name -> tx.deleteXattr(id, name));
    if (inode.type() == FileType.SYMLINK) {
      tx.deleteSymlink(id);
    }
    if (inode.isDirectory() && tx.trash().keepSetting(id) != null) {
      tx.putTrashKeep(id, null);
    }
    if (!inode.isRegular() || inode.allocated() == 0) {
      return 0;
    }
    Dropped dropped = drop(tx, inode.tree(), 0, budget);
    if (dropped.all()) {
      tx.deletePurge(inode.tree());
    } else {
      tx.putPurge(inode.tree());
      tx.effect(new Effect.PurgeQueued(inode.tree()));
    }
    return dropped.extents();
  }

  static Reply.Done apply(Transaction tx, Command.PurgeTree command) {
    long tree = command.tree();
    InodeId id = tx.purgeOf(tree);
    if (id == null) {
      // Asked for twice.
      return Reply.Done.DONE;
    }
    Inode inode = tx.findInode(id);
    long from = inode == null ? 0 : inode.cutAt();
    Dropped dropped = drop(tx, tree, from, SetAttr.MAX_CUT_EXTENTS);
    if (inode != null) {
      Inode.Edit edit = inode.edit().addAllocated(-dropped.bytes());
      tx.putInode(dropped.all() ? edit.cutAt(Inode.UNCUT).done() : edit.done());
    }
    if (dropped.all()) {
      tx.deletePurge(tree);
    } else {
      tx.effect(new Effect.PurgeQueued(tree));
    }
    return Reply.Done.DONE;
  }

  private record Dropped(int extents, long bytes, boolean all) {}

  /** Drops at most {@code max} extents from {@code from} on. */
  private static Dropped drop(Transaction tx, long tree, long from, int max) {
    List<Extent> extents = tx.extents(tree, from, Long.MAX_VALUE, max + 1);
    int count = Math.min(max, extents.size());
    long bytes = 0;
    for (Extent e : extents.subList(0, count)) {
      tx.deleteExtent(tree, e.fileOffset());
      FileLayout.addLive(tx, e.chunk(), -e.length());
      bytes += e.length();
    }
    return new Dropped(count, bytes, count == extents.size());
  }
}
