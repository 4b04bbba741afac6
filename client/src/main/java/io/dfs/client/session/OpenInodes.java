package io.dfs.client.session;

import io.dfs.common.id.InodeId;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How often each inode is open in this session. Shared. */
public final class OpenInodes {
  private final ConcurrentMap<InodeId, Integer> counts = new ConcurrentHashMap<>();

  public void opened(InodeId inode) {
    counts.merge(inode, 1, Integer::sum);
  }

  public void released(InodeId inode) {
    counts.computeIfPresent(inode, (i, n) -> n == 1 ? null : n - 1);
  }

  public List<InodeId> all() {
    return List.copyOf(counts.keySet());
  }
}
