package io.dfs.nameserver.rewrite;

import io.dfs.common.message.DataSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Copies bytes of files into a new chunk and has the files refer to it. A dataserver does the
 * copying, at a bounded rate, each byte verified; it is on the disks of the new chunk's servers
 * before any file refers to it. What a file no longer refers to by then stays as it is, so a
 * concurrent write is never undone. The old chunks stay for a time for readers who know an old
 * layout, and then go the way of all chunks without live bytes. Shared.
 */
public interface Rewriting {
  /** Pieces of one call: what one transaction of the nameserver may well change. */
  int MAX_PIECES = 2048;

  /**
   * Rewrites pieces into one new chunk, one after the other: neighbours in the list that follow
   * each other in a file become one extent.
   *
   * @param settings the new chunk's: copies, and the most bytes that all pieces have together
   * @param pieces at most {@link #MAX_PIECES}
   * @return completes when files refer to the copy; fails with EAGAIN when too much waits already,
   *     else with what was in the way (a source without a good copy, no servers with room), after
   *     some tries; then nothing has changed and it may be tried again later
   */
  CompletableFuture<Void> rewrite(DataSettings settings, List<Piece> pieces);
}
