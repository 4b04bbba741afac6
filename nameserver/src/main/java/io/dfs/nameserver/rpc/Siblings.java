package io.dfs.nameserver.rpc;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.message.Sibling;
import io.dfs.nameserver.lease.Reading;
import io.dfs.nameserver.op.FileLayout;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What comes with a lookup for whoever looks up one name of a directory after another: the entries
 * that follow, unless others are changing or writing them. Shared.
 */
final class Siblings {
  private final Services services;
  private final Tables tables;

  Siblings(Services services) {
    this.services = services;
    this.tables = services.tables();
  }

  /** Null when nothing may be told. The asker has been granted the entries of the directory. */
  @Nullable List<Sibling> after(Query.Lookup q) {
    int max = Math.min(q.ahead(), Query.Lookup.MAX_AHEAD);
    if (max <= 0 || q.session() == null) {
      return null;
    }
    List<Sibling> siblings = new ArrayList<>();
    for (Map.Entry<Name, InodeId> entry : tables.following(q.parent(), q.name(), max).entrySet()) {
      Reading reading = services.recalls().read(q.session(), System.nanoTime());
      reading.inode(entry.getValue());
      Inode inode = tables.findInode(entry.getValue());
      if (inode != null) {
        var sibling = new Sibling(entry.getKey(), inode.attr(), FileLayout.small(tables, inode));
        if (reading.mayKeep()) {
          siblings.add(sibling);
        }
      }
    }
    return siblings.isEmpty() ? null : siblings;
  }
}
