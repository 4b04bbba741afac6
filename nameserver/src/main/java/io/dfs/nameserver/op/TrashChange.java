package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.Names;
import io.dfs.nameserver.namespace.TrashNames;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import io.dfs.nameserver.state.Trash;
import io.dfs.nameserver.state.Trash.Due;
import io.dfs.nameserver.state.Trash.Pending;
import io.dfs.nameserver.state.TrashEntry;
import io.dfs.nameserver.state.TrashView;
import java.util.List;

/**
 * What happens to what is in the trash: it comes back by a rename out of it, and is removed by an
 * unlink in it or when its time is over. A directory comes back at once and what it held follows in
 * steps.
 */
final class TrashChange {
  /** Children that one step looks at. */
  private static final int STEP = 128;

  private TrashChange() {}

  private static TrashEntry find(Transaction tx, InodeId view, Name name, Caller caller) {
    TrashEntry entry = TrashNames.find(tx.trash(), TrashView.real(view), name);
    if (entry == null) {
      throw new FsException(Errno.ENOENT, "'" + name + "' is not in the trash");
    }
    if (!TrashNames.sees(caller, entry)) {
      throw new FsException(Errno.EACCES, "'" + name + "' was another user's; ask its owner");
    }
    return entry;
  }

  /** Gives what was deleted a name again. */
  static Reply.Renamed restore(Transaction tx, Timestamp now, Mutation.Rename m) {
    Names.checkEntry(m.newName(), Errno.EBUSY);
    TrashEntry entry = find(tx, m.parent(), m.name(), m.caller());
    Inode to = tx.directory(m.newParent());
    if (tx.findDentry(to.id(), m.newName()) != null) {
      throw new FsException(
          Errno.EEXIST, "'" + m.newName() + "' exists; move it away, or restore to another name");
    }
    requireFree(to.id(), m.newName());
    Access.requireAdd(to, m.caller());
    return new Reply.Renamed(enter(tx, now, entry, to, m.newName()).attr(), null);
  }

  private static Inode enter(Transaction tx, Timestamp now, TrashEntry entry, Inode to, Name name) {
    Inode lost = tx.inode(entry.inode());
    tx.deleteTrash(entry);
    Inode back =
        lost.edit()
            .nlink(lost.isDirectory() ? 2 : 1)
            .parent(lost.isDirectory() ? to.id() : new InodeId(0))
            .ctime(now)
            .done();
    tx.putInode(back);
    // A step restores several, and each needs a cookie of its own.
    tx.add(Counter.APPLIED, 1);
    Creation.enter(tx, now, to, name, back);
    if (back.isDirectory() && !tx.trash().in(back.id(), 0, 1).isEmpty()) {
      tx.putRestoring(back.id(), Pending.BEGIN);
      tx.effect(new Effect.RestoringQueued(back.id()));
    }
    return back;
  }

  /**
   * A step of bringing back what a restored directory held when a name was last added to it: of
   * what was deleted after that the newest of each name. First all of it is looked at for the last
   * addition, then it is restored.
   */
  static Reply.Done apply(Transaction tx, Command.RestoreBelow c) {
    Trash trash = tx.trash();
    Pending pending = trash.pending(c.directory());
    Inode directory = tx.findInode(c.directory());
    if (pending == null || directory == null || directory.nlink() == 0) {
      tx.deleteRestoring(c.directory());
      return Reply.Done.DONE;
    }
    List<TrashEntry> children = trash.in(c.directory(), pending.cursor(), STEP);
    long lastAdded = pending.lastAdded();
    for (TrashEntry child : children) {
      if (!pending.seenAll()) {
        lastAdded = Math.max(lastAdded, child.added());
      } else if (child.removed() > lastAdded
          && child.equals(trash.newest(c.directory(), child.name()))
          && tx.findDentry(c.directory(), child.name()) == null) {
        enter(tx, c.now(), child, tx.directory(c.directory()), child.name());
      }
    }
    boolean end = children.size() < STEP;
    if (end && pending.seenAll()) {
      tx.deleteRestoring(c.directory());
      return Reply.Done.DONE;
    }
    long cursor = end ? 0 : children.get(STEP - 1).inode().value();
    tx.putRestoring(c.directory(), new Pending(end || pending.seenAll(), lastAdded, cursor));
    tx.effect(new Effect.RestoringQueued(c.directory()));
    return Reply.Done.DONE;
  }

  /** Removes for good. */
  static Reply.Node remove(
      Transaction tx, InodeId view, Name name, Caller caller, boolean directory) {
    TrashEntry entry = find(tx, view, name, caller);
    Inode inode = tx.inode(entry.inode());
    if (inode.isDirectory() != directory) {
      throw new FsException(
          directory ? Errno.ENOTDIR : Errno.EISDIR,
          "'" + name + "' is " + (directory ? "no" : "a") + " directory");
    }
    if (directory && !tx.trash().in(inode.id(), 0, 1).isEmpty()) {
      throw new FsException(Errno.ENOTEMPTY, "'" + name + "' still holds what was deleted from it");
    }
    tx.deleteTrash(entry);
    Removal.orphan(tx, inode);
    return new Reply.Node(inode.attr());
  }

  /** Removes for good what is still in the trash as it was when it was found. */
  static Reply.Done apply(Transaction tx, Command.PurgeTrash c) {
    for (Due due : c.due()) {
      TrashEntry entry = tx.trash().find(due.parent(), due.inode());
      if (entry == null || entry.expires() != due.expires()) {
        tx.deleteTrashDue(due);
        continue;
      }
      List<TrashEntry> below = tx.trash().in(due.inode(), 0, 1);
      tx.deleteTrash(entry);
      Inode inode = tx.findInode(due.inode());
      if (!below.isEmpty()) {
        // Its name is a part of their path: it goes after them.
        tx.putTrash(entry, Math.max(entry.expires(), below.get(0).expires()) + 1);
      } else if (inode != null) {
        Removal.orphan(tx, inode);
      }
    }
    return Reply.Done.DONE;
  }

  static Reply.Done apply(Transaction tx, Mutation.SetTrash m) {
    Inode directory = tx.directory(m.directory());
    Access.requireOwner(directory, m.caller());
    boolean root = directory.id().equals(InodeId.ROOT);
    if (m.seconds() > Mutation.SetTrash.MAX_SECONDS || (m.seconds() < 0 && root)) {
      throw new FsException(
          Errno.EINVAL, "the trash keeps what is deleted for 0 seconds to 10 years");
    }
    tx.putTrashKeep(directory.id(), m.seconds() < 0 ? null : m.seconds());
    return Reply.Done.DONE;
  }

  /** EEXIST for the name of the trash. */
  static void requireFree(InodeId parent, Name name) {
    if (TrashView.reserves(parent, name)) {
      throw new FsException(Errno.EEXIST, "'" + name + "' is the folder of what was deleted");
    }
  }
}
