package io.dfs.client.vfs;

import io.dfs.client.read.Reader;
import io.dfs.common.config.Quantity;
import io.dfs.common.net.NetThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the process's direct memory is shared between what a client keeps there. Stateless. */
final class MemoryShare {
  private static final Logger log = LoggerFactory.getLogger(MemoryShare.class);

  /** What receiving and sending takes beyond the budgets. */
  private static final long NETWORK_BYTES = 32L << 20;

  private static final long LEAST_BYTES = 1 << 20;

  private MemoryShare() {}

  /** {@code cache-memory}, or less when the process may not use so much. */
  static long forBlocks(long cacheMemory, long dirtyBuffer) {
    long room = room(NetThreads.maxDirectBytes(), dirtyBuffer);
    if (cacheMemory <= room) {
      return cacheMemory;
    }
    log.warn(
        "cache-memory is cut from {} to {}: this process may use {} of direct memory, of which"
            + " the dirty buffer and transfers need a part; raise -XX:MaxDirectMemorySize for more",
        Quantity.formatBytes(cacheMemory),
        Quantity.formatBytes(room),
        Quantity.formatBytes(NetThreads.maxDirectBytes()));
    return room;
  }

  /**
   * What blocks may have, since they come with a quarter lost to the pool, which cannot use every
   * byte of what it has, and with read-ahead of half of them, up to a bound.
   */
  static long room(long directBytes, long dirtyBuffer) {
    long left = directBytes - dirtyBuffer - NETWORK_BYTES;
    long small = left / 7 * 4;
    long large = (left - Reader.MAX_AHEAD_BYTES) / 5 * 4;
    return Math.max(LEAST_BYTES, Math.max(small, large));
  }
}
