package io.dfs.nameserver.op;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.message.Reply;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.NewerChunks;
import io.dfs.nameserver.state.Transaction;

/**
 * What a state that was restored from a backup must not do: give numbers out again that it gave out
 * after the backup. Chunks of those numbers may hold what users have written, clients may know
 * inodes and sessions by them. So the counters leap over all that can have been given out.
 */
final class Restored {
  /**
   * A cluster that makes 10,000 chunks a second takes five days for so many, and there is room for
   * 4,000 such leaps in a chunk's number.
   */
  private static final long LEAP = 1L << 32;

  /** Dataservers that came after the backup bring their numbers with them. */
  private static final long SERVERS_LEAP = 1000;

  private Restored() {}

  static Reply.Done apply(Transaction tx, Command.Restored c) {
    long last = tx.counter(Counter.CHUNK);
    if (last > ChunkId.MAX_SEQUENCE - 2 * LEAP) {
      throw new FsException(
          Errno.EOVERFLOW, "too many restores: no numbers are left for new chunks");
    }
    long known = Math.min(last, c.oldestOpen() - 1);
    tx.putNewer(new NewerChunks(known, last + LEAP, c.now()));
    tx.add(Counter.CHUNK, LEAP);
    tx.add(Counter.INODE, LEAP);
    tx.add(Counter.SESSION, LEAP);
    tx.add(Counter.NODE, SERVERS_LEAP);
    return Reply.Done.DONE;
  }

  static Reply.Done apply(Transaction tx, Command.DiscardNewer unused) {
    tx.newer().forEach(tx::deleteNewer);
    return Reply.Done.DONE;
  }
}
