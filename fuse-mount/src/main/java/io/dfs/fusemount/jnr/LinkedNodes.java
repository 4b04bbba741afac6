package io.dfs.fusemount.jnr;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * The kernel's nodes of files with several names. Shared.
 *
 * <p>To libfuse each name of a hard link is a node of its own, and the kernel does not know that a
 * change through one is a change of the others. So the engine has it drop the attributes of those
 * that it knows: programs that take a lock by link(2) and then look at {@code st_nlink} rely on it.
 * A node is known once the kernel has asked about it by number; until then, and beyond the bounds,
 * its attributes are as old as the attribute timeout at most.
 */
final class LinkedNodes {
  private static final int MAX_INODES = 4096;
  private static final int MAX_NODES_EACH = 16;

  private final LongConsumer dropAttributes;
  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<InodeId, ArrayDeque<Long>> nodes =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InodeId, ArrayDeque<Long>> eldest) {
          return size() > MAX_INODES;
        }
      };

  LinkedNodes(LongConsumer dropAttributes) {
    this.dropAttributes = dropAttributes;
  }

  /** The kernel asked about this node. */
  void seen(long node, Attr attr) {
    if (attr.nlink() > 1 && !attr.isDirectory()) {
      add(node, attr.inode());
    }
  }

  private void add(long node, InodeId inode) {
    synchronized (lock) {
      ArrayDeque<Long> known = nodes.computeIfAbsent(inode, i -> new ArrayDeque<>());
      if (!known.contains(node)) {
        if (known.size() == MAX_NODES_EACH) {
          known.removeFirst();
        }
        known.addLast(node);
      }
    }
  }

  /** The file got one more name by way of this node. */
  void linked(long node, InodeId inode) {
    add(node, inode);
    changed(inode);
  }

  /** Something about the file has changed that attributes show. */
  void changed(InodeId inode) {
    List<Long> known;
    synchronized (lock) {
      ArrayDeque<Long> all = nodes.get(inode);
      if (all == null) {
        return;
      }
      known = List.copyOf(all);
    }
    known.forEach(dropAttributes::accept);
  }
}
