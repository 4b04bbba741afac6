package io.dfs.nameserver.check;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What dataservers hold. Shared. */
public interface Holders {
  /** A chunk that the server does not have. */
  int ABSENT = -1;

  /** It could not be asked. */
  int UNKNOWN = -2;

  /**
   * The lengths of chunks on a server, in the same order; {@link #ABSENT} or {@link #UNKNOWN} for
   * those without. Never fails.
   */
  CompletableFuture<int[]> lengths(NodeId server, List<ChunkId> chunks);
}
