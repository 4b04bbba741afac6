package io.dfs.nameserver.op;

import io.dfs.common.message.FileType;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Makes a directory. */
final class Mkdir {
  private Mkdir() {}

  static Reply.Node apply(Transaction tx, Timestamp now, Mutation.Mkdir m) {
    Inode made =
        Creation.make(
            tx,
            now,
            m.caller(),
            m.parent(),
            m.name(),
            new Creation.What(FileType.DIRECTORY, m.mode(), m.umask()));
    return Creation.answer(tx, m.parent(), made);
  }
}
