package io.dfs.fusemount.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which version of a file's content the kernel's page cache may hold, by the kernel's node number.
 * Shared.
 *
 * <p><b>Close-to-open coherence.</b> Every open asks the nameserver for the file's version. If the
 * pages that the kernel may hold are of that version it is told to keep them; else it drops them,
 * and the engine has it drop the attributes (above all the size) that it was told earlier and would
 * trust until their timeout. So an open sees what any client has closed before it, at once.
 *
 * <p>Only a version that was read while nothing else had the node open is remembered: a read of an
 * older handle could otherwise bring older pages in after they had been dropped. After writing, the
 * version is not known for certain (another client may have written in between), so the pages are
 * dropped once more at the next open.
 *
 * <p>The kernel's node number is the key, not the inode: the two names of a hard link are two nodes
 * for libfuse, with pages and attributes of their own.
 */
public final class KernelPages {
  /** About 6 MiB of memory when full. */
  private static final int MAX_CLOSED = 1 << 16;

  private static final long UNKNOWN = Long.MIN_VALUE;

  private static final class Node {
    long version;
    int opens = 1;

    Node(long version) {
      this.version = version;
    }
  }

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<Long, Node> open = new HashMap<>();

  @GuardedBy("lock")
  private final Map<Long, Long> closed =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > MAX_CLOSED;
        }
      };

  /** True when the kernel may keep its pages. */
  public boolean opened(long node, long version) {
    synchronized (lock) {
      Node known = open.get(node);
      if (known == null) {
        Long pages = closed.remove(node);
        open.put(node, new Node(version));
        return pages != null && pages == version;
      }
      known.opens++;
      if (known.version == version) {
        return true;
      }
      known.version = UNKNOWN;
      return false;
    }
  }

  public void written(long node) {
    synchronized (lock) {
      closed.remove(node);
      Node known = open.get(node);
      if (known != null) {
        known.version = UNKNOWN;
      }
    }
  }

  public void closed(long node) {
    synchronized (lock) {
      Node known = open.get(node);
      if (known != null && --known.opens == 0) {
        open.remove(node);
        if (known.version != UNKNOWN) {
          closed.put(node, known.version);
        }
      }
    }
  }
}
