package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Makes a symbolic link. */
final class Symlink {
  /** PATH_MAX without its NUL. */
  private static final int MAX_TARGET_BYTES = 4095;

  private Symlink() {}

  static Reply.Node apply(Transaction tx, Timestamp now, Mutation.Symlink m) {
    int length = m.target().length;
    if (length == 0) {
      throw new FsException(Errno.ENOENT, "a symbolic link with an empty target");
    }
    if (length > MAX_TARGET_BYTES) {
      throw new FsException(
          Errno.ENAMETOOLONG, "a target of " + length + " bytes; 4095 is the most");
    }
    Inode link =
        Creation.make(
            tx,
            now,
            m.caller(),
            m.parent(),
            m.name(),
            new Creation.What(FileType.SYMLINK, 0777, 0, 0, length));
    tx.putSymlink(link.id(), m.target());
    return Creation.answer(tx, m.parent(), link);
  }
}
