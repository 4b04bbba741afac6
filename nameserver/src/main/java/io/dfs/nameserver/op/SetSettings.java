package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Reply;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.namespace.Access;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Transaction;

/** Changes what is inherited by what is created in a directory, or has it brought to all below. */
public final class SetSettings {
  /** Chunks are whole blocks of 64 KiB, which have a checksum each. */
  private static final int BLOCK_BYTES = 64 << 10;

  private SetSettings() {}

  static Reply.Node apply(Transaction tx, Timestamp now, Mutation.SetSettings m) {
    Inode directory = tx.directory(m.directory());
    Access.requireOwner(directory, m.caller());
    DataSettings old = directory.settings();
    DataSettings settings =
        new DataSettings(
            m.chunkBytes() == 0 ? old.chunkBytes() : m.chunkBytes(),
            m.replicas() == 0 ? old.replicas() : m.replicas());
    check(settings);
    Inode changed = directory.edit().settings(settings).ctime(now).done();
    tx.putInode(changed);
    if (m.recursive()) {
      Convert.begin(tx, m);
    }
    return new Reply.Node(changed.attr());
  }

  /** EINVAL when a value is out of its range. */
  public static void check(DataSettings settings) {
    if (settings.chunkBytes() < DataSettings.MIN_CHUNK_BYTES
        || settings.chunkBytes() > DataSettings.MAX_CHUNK_BYTES
        || settings.chunkBytes() % BLOCK_BYTES != 0) {
      throw new FsException(
          Errno.EINVAL,
          "a chunk size of "
              + settings.chunkBytes()
              + "; choose 1 to 128 MiB, a multiple of 64 KiB");
    }
    if (settings.replicas() < 1 || settings.replicas() > DataSettings.MAX_REPLICAS) {
      throw new FsException(
          Errno.EINVAL,
          settings.replicas() + " replicas; choose 1 to " + DataSettings.MAX_REPLICAS);
    }
  }
}
