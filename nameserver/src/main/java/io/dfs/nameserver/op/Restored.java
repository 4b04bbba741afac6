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
  /** A cluster that makes 10,000 chunks a second takes five days for so many. */
  private static final long LEAP = 1L << 32;

  /**
   * A backup may be restored a second time, and numbers were given out after the first: so a leap
   * is longer the later it is, by more than a cluster makes in a second. It begins anew after 48
   * days, so that there is room for 250 leaps in a chunk's number.
   */
  private static final long LEAP_A_SECOND = 1L << 14;

  private static final long SECONDS = 1L << 22;

  /** Dataservers that came after the backup bring their numbers with them. */
  private static final long SERVERS_LEAP = 1000;

  private Restored() {}

  static Reply.Done apply(Transaction tx, Command.Restored c) {
    long last = tx.counter(Counter.CHUNK);
    long leap = LEAP + Math.floorMod(c.now().seconds(), SECONDS) * LEAP_A_SECOND;
    if (last > ChunkId.MAX_SEQUENCE - 2 * leap) {
      throw new FsException(
          Errno.EOVERFLOW, "too many restores: no numbers are left for new chunks");
    }
    long known = Math.min(last, c.oldestOpen() - 1);
    tx.putNewer(new NewerChunks(known, last + leap, c.now()));
    tx.add(Counter.CHUNK, leap);
    tx.add(Counter.INODE, leap);
    tx.add(Counter.SESSION, leap);
    tx.add(Counter.NODE, SERVERS_LEAP);
    return Reply.Done.DONE;
  }

  static Reply.Done apply(Transaction tx, Command.DiscardNewer unused) {
    tx.newer().forEach(tx::deleteNewer);
    return Reply.Done.DONE;
  }
}
