package io.dfs.fusemount.linux;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * By which name the kernel was last told each node. Shared, bounded: each slot holds the last node
 * that hashed to it.
 *
 * <p>The kernel opens by node, and believes in names for a time. So that an open sees what another
 * client has put in the place of a name meanwhile, it is done by the name where that is known; see
 * {@link FileOps#open}.
 */
final class Names {
  private static final int SLOTS = 1 << 15;

  /** Of a path in a message. */
  private static final int MAX_DEPTH = 64;

  record Known(InodeId parent, Name name, long node) {}

  private final InodeId root;
  private final AtomicReferenceArray<@Nullable Known> slots = new AtomicReferenceArray<>(SLOTS);

  Names(InodeId root) {
    this.root = root;
  }

  void told(long node, InodeId parent, Name name) {
    Known known = slots.getPlain(slot(node));
    if (known == null
        || known.node != node
        || !known.parent.equals(parent)
        || !known.name.equals(name)) {
      slots.setRelease(slot(node), new Known(parent, name, node));
    }
  }

  @Nullable Known find(long node) {
    Known known = slots.getAcquire(slot(node));
    return known != null && known.node == node ? known : null;
  }

  /** For people: a path below the mount as far as it is known. */
  String path(long node) {
    StringBuilder path = new StringBuilder();
    long at = node;
    for (int depth = 0;
        depth < MAX_DEPTH && at != root.value() && at != Exchange.ROOT_NODE;
        depth++) {
      Known known = find(at);
      if (known == null) {
        return "..." + path + " (inode " + node + ")";
      }
      path.insert(0, "/" + known.name);
      at = known.parent.value();
    }
    return path + " (inode " + node + ")";
  }

  void forget(long node) {
    if (find(node) != null) {
      slots.setRelease(slot(node), null);
    }
  }

  private static int slot(long node) {
    return (Long.hashCode(node) * 0x9E3779B9) >>> 17;
  }
}
