package io.dfs.nameserver.state;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import java.util.List;

/** What a command has changed of that which clients may keep in their caches. Immutable. */
public record Changes(List<Changed> inodes, List<Entry> entries) {
  public static final Changes NONE = new Changes(List.of(), List.of());

  /**
   * An inode that was stored.
   *
   * @param unnamed its last name is gone
   */
  public record Changed(InodeId inode, long version, boolean unnamed) {}

  /**
   * An entry that was made or removed.
   *
   * @param child what the name meant before, NONE when it is new
   */
  public record Entry(InodeId parent, Name name, InodeId child) {}

  public boolean isEmpty() {
    return inodes.isEmpty() && entries.isEmpty();
  }
}
