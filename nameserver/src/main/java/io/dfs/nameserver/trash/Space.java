package io.dfs.nameserver.trash;

import io.dfs.common.message.ServerInfo;
import java.util.List;

/** The space of the dataservers that are online. Immutable. */
record Space(long capacityBytes, long freeBytes, long leastFreeBytes) {
  /** With less free, the trash makes room: writers must not come near the end. */
  private static final int LOW_PERCENT = 10;

  static Space of(List<ServerInfo> servers) {
    long capacity = 0;
    long free = 0;
    long least = Long.MAX_VALUE;
    for (ServerInfo server : servers) {
      if (server.state() == ServerInfo.State.ONLINE) {
        capacity += server.capacityBytes();
        free += server.freeBytes();
        least = Math.min(least, server.freeBytes());
      }
    }
    return new Space(capacity, free, least);
  }

  boolean low() {
    return freeBytes < capacityBytes / 100 * LOW_PERCENT;
  }

  /** Whether some server has no room for a chunk: else no room is what writers lack. */
  boolean lacks(long chunkBytes) {
    return leastFreeBytes < chunkBytes;
  }
}
