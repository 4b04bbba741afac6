package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Makes a file of any type but directory and symbolic link. */
final class Mknod {
  private Mknod() {}

  static Reply.Node apply(Transaction tx, Timestamp now, Mutation.Mknod m) {
    FileType type = m.type();
    if (type == FileType.DIRECTORY || type == FileType.SYMLINK) {
      throw new FsException(Errno.EINVAL, "mknod does not make a " + type);
    }
    boolean device = type == FileType.CHARACTER_DEVICE || type == FileType.BLOCK_DEVICE;
    if (device && !Access.privileged(m.caller())) {
      throw new FsException(Errno.EPERM, "only the super-user makes device files");
    }
    Inode made =
        Creation.make(
            tx,
            now,
            m.caller(),
            m.parent(),
            m.name(),
            new Creation.What(type, m.mode(), m.umask(), device ? m.rdev() : 0, 0));
    return Creation.answer(tx, m.parent(), made);
  }
}
