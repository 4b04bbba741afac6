package io.dfs.nameserver.op;

import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.namespace.RelativeAtime;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Records that a file was read, by the relatime rule. */
final class Touch {
  private Touch() {}

  static Reply.Done apply(Transaction tx, Command.Touch c) {
    Inode inode = tx.findInode(c.inode());
    if (inode != null && RelativeAtime.records(inode, c.atime())) {
      tx.putInode(inode.edit().atime(c.atime()).done());
    }
    return Reply.Done.DONE;
  }
}
