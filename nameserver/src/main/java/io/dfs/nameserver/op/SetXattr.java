package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Xattrs;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;
import java.util.Map;

/** Sets an extended attribute. */
final class SetXattr {
  private SetXattr() {}

  static Reply.Done apply(Transaction tx, Timestamp now, Mutation.SetXattr m) {
    Inode inode = tx.inode(m.inode());
    if (m.name().length() == 0 || m.name().length() > Name.MAX_BYTES) {
      throw new FsException(Errno.ERANGE, "attribute names have 1 to 255 bytes");
    }
    if (m.value().length > Mutation.SetXattr.MAX_VALUE_BYTES) {
      throw new FsException(Errno.ERANGE, "attribute values have at most 64 KiB");
    }
    Xattrs.requireWrite(inode, m.caller(), m.name());
    if (Xattrs.isAcl(m.name())) {
      AclChange.set(tx, now, inode, m);
      return Reply.Done.DONE;
    }
    boolean exists = tx.xattr(m.inode(), m.name()) != null;
    if (exists && m.flags() == Mutation.SetXattr.CREATE) {
      throw new FsException(Errno.EEXIST, "attribute '" + m.name() + "' exists already");
    }
    if (!exists && m.flags() == Mutation.SetXattr.REPLACE) {
      throw new FsException(Errno.ENODATA, "attribute '" + m.name() + "' does not exist");
    }
    requireRoom(tx.xattrs(m.inode()), m);
    tx.putXattr(m.inode(), m.name(), m.value());
    tx.putInode(inode.edit().flag(Inode.BARE, false).ctime(now).done());
    return Reply.Done.DONE;
  }

  private static void requireRoom(Map<Name, Integer> attributes, Mutation.SetXattr m) {
    int names = m.name().length() + 1;
    int values = m.value().length;
    for (Map.Entry<Name, Integer> other : attributes.entrySet()) {
      if (!other.getKey().equals(m.name())) {
        names += other.getKey().length() + 1;
        values += other.getValue();
      }
    }
    if (names > Xattrs.MAX_NAMES_BYTES || values > Xattrs.MAX_VALUES_BYTES) {
      throw new FsException(
          Errno.ENOSPC, "inode " + m.inode() + " has no room for another attribute; remove some");
    }
  }
}
