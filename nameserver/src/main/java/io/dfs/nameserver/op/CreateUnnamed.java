package io.dfs.nameserver.op;

import io.dfs.common.message.FileType;
import io.dfs.common.message.Layout;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.state.Effect;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import java.util.List;

/** Makes a regular file that has no name yet and lives while it is open. */
final class CreateUnnamed {
  private CreateUnnamed() {}

  static Reply.Opened apply(Transaction tx, Timestamp now, Mutation.CreateUnnamed m) {
    Inode parent = tx.directory(m.parent());
    Access.requireAdd(parent, m.caller());
    Inode made =
        Creation.inode(
            tx, now, m.caller(), parent, new Creation.What(FileType.REGULAR, m.mode(), m.umask()));
    Inode inode = made.edit().nlink(0).flag(Inode.LINKABLE, true).done();
    tx.putInode(inode);
    tx.putOrphan(inode.id());
    // Opened before it is a candidate for removal.
    tx.effect(new Effect.Opened(m.request(), inode.id()));
    tx.effect(new Effect.Orphaned(inode.id()));
    return new Reply.Opened(inode.attr(), new Layout(inode.version(), List.of(), -1), true);
  }
}
