package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Attr;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.namespace.Names;
import io.dfs.nameserver.state.Dentry;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import java.util.List;

/** Makes a regular file, or finds the one that has the name. */
final class Create {
  private Create() {}

  static Reply.Opened apply(Transaction tx, Timestamp now, Mutation.Create m) {
    Names.checkEntry(m.name(), m.exclusive() ? Errno.EEXIST : Errno.EISDIR);
    Dentry existing = tx.findDentry(m.parent(), m.name());
    Inode inode;
    boolean created = false;
    if (existing == null || m.exclusive()) {
      created = true;
      inode =
          Creation.make(
              tx,
              now,
              m.caller(),
              m.parent(),
              m.name(),
              new Creation.What(FileType.REGULAR, m.mode(), m.umask()));
    } else {
      inode = existing(tx, m, existing);
    }
    if (m.open()) {
      tx.effect(new Effect.Opened(m.request(), inode.id()));
    }
    Layout layout =
        !inode.isRegular()
            ? null
            : created ? new Layout(inode.version(), List.of(), -1) : FileLayout.head(tx, inode);
    Attr parent = created ? tx.inode(m.parent()).attr() : null;
    return new Reply.Opened(inode.attr(), layout, created, parent);
  }

  private static Inode existing(Transaction tx, Mutation.Create m, Dentry existing) {
    Access.require(tx.directory(m.parent()), m.caller(), Access.EXECUTE);
    Inode inode = tx.inode(existing.child());
    if (inode.isDirectory()) {
      throw new FsException(Errno.EISDIR, "'" + m.name() + "' is a directory");
    }
    if (!inode.isRegular()) {
      throw Creation.exists(m.name());
    }
    return inode;
  }
}
