package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.AclRules;
import io.dfs.nameserver.namespace.Modes;
import io.dfs.nameserver.namespace.Names;
import io.dfs.nameserver.state.Acl;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** What all operations that make an inode share. */
final class Creation {
  /** What is to be made. */
  record What(FileType type, int mode, int umask, long rdev, long size) {
    What(FileType type, int mode, int umask) {
      this(type, mode, umask, 0, 0);
    }
  }

  private Creation() {}

  /** Makes an inode under a new name; EEXIST. */
  static Inode make(
      Transaction tx, Timestamp now, Caller caller, InodeId parentId, Name name, What what) {
    Names.checkEntry(name, Errno.EEXIST);
    Inode parent = tx.directory(parentId);
    Access.require(parent, caller, Access.EXECUTE);
    TrashChange.requireFree(parentId, name);
    if (tx.findDentry(parentId, name) != null) {
      throw exists(name);
    }
    Access.requireAdd(parent, caller);
    Inode inode = inode(tx, now, caller, parent, what);
    enter(tx, now, parent, name, inode);
    return inode;
  }

  /** Makes an inode that belongs into {@code parent}, without the entry. */
  static Inode inode(Transaction tx, Timestamp now, Caller caller, Inode parent, What what) {
    Acl inherited = AclChange.inherited(tx, parent, what.type());
    Acl own = inherited == null ? null : AclRules.ofNew(inherited, what.mode());
    int permitted = own == null ? what.mode() & ~what.umask() : AclRules.mode(own, what.mode());
    int gid = Modes.groupOfNew(parent, caller);
    boolean directory = what.type() == FileType.DIRECTORY;
    InodeId id = new InodeId(tx.add(Counter.INODE, 1));
    Inode inode =
        new Inode(
            id,
            what.type(),
            directory
                ? Modes.modeOfNewDirectory(parent, permitted)
                : Modes.modeOfNewFile(permitted, gid, caller),
            directory ? 2 : 1,
            caller.uid(),
            gid,
            what.rdev(),
            what.size(),
            0,
            now,
            now,
            now,
            now,
            1,
            parent.settings(),
            directory ? parent.id() : new InodeId(0),
            id.value(),
            Inode.UNCUT,
            Inode.BARE,
            null);
    if (inherited != null && own != null) {
      int flags = AclChange.store(tx, inode, inherited, own);
      inode = inode.edit().flag(flags, true).done();
    }
    tx.putInode(inode);
    tx.add(Counter.INODES, 1);
    return inode;
  }

  /** The inode, and the directory of which an entry has changed. */
  static Reply.Node answer(Transaction tx, InodeId parent, Inode inode) {
    return new Reply.Node(inode.attr(), tx.inode(parent).attr());
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
