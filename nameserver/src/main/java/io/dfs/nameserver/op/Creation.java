package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.Modes;
import io.dfs.nameserver.namespace.Names;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** What all operations that make an inode share. */
final class Creation {
  private Creation() {}

  /** Makes an inode under a new name; EEXIST. */
  static Inode make(
      Transaction tx,
      Timestamp now,
      Caller caller,
      InodeId parentId,
      Name name,
      FileType type,
      int mode,
      long rdev,
      long size) {
    Names.checkEntry(name, Errno.EEXIST);
    Inode parent = tx.directory(parentId);
    Access.require(parent, caller, Access.EXECUTE);
    if (tx.findDentry(parentId, name) != null) {
      throw exists(name);
    }
    Access.requireAdd(parent, caller);
    int gid = Modes.groupOfNew(parent, caller);
    boolean directory = type == FileType.DIRECTORY;
    InodeId id = new InodeId(tx.add(Counter.INODE, 1));
    Inode inode =
        new Inode(
            id,
            type,
            directory
                ? Modes.modeOfNewDirectory(parent, mode)
                : Modes.modeOfNewFile(mode, gid, caller),
            directory ? 2 : 1,
            caller.uid(),
            gid,
            rdev,
            size,
            0,
            now,
            now,
            now,
            now,
            1,
            parent.settings(),
            directory ? parentId : new InodeId(0),
            id.value(),
            Inode.UNCUT);
    tx.putInode(inode);
    tx.add(Counter.INODES, 1);
    enter(tx, now, parent, name, inode);
    return inode;
  }

  static FsException exists(Name name) {
    return new FsException(Errno.EEXIST, "'" + name + "' exists already");
  }

  /** Adds the entry and changes the directory accordingly. */
  static void enter(Transaction tx, Timestamp now, Inode parent, Name name, Inode child) {
    tx.putDentry(
        parent.id(), name, new Dentry(child.id(), child.type(), tx.counter(Counter.APPLIED)));
    Inode.Edit edit = parent.edit().addSize(1).mtime(now).ctime(now);
    if (child.isDirectory()) {
      edit.addLinks(1);
    }
    tx.putInode(edit.done());
  }
}
