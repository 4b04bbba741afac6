package io.dfs.fusemount.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.InodeId;
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
    final InodeId inode;
    long version;
    int opens = 1;

    Node(InodeId inode, long version) {
      this.inode = inode;
      this.version = version;
    }

    /** If it is not, nothing is known from now on. */
    boolean isStill(InodeId now, long current) {
      if (inode.equals(now) && version == current) {
        return true;
      }
      version = UNKNOWN;
      return false;
    }
  }

  private record Pages(InodeId inode, long version) {}

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<Long, Node> open = new HashMap<>();

  @GuardedBy("lock")
  private final Map<Long, Pages> closed =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Pages> eldest) {
          return size() > MAX_CLOSED;
        }
      };

  /**
   * True when the kernel may keep its pages.
   *
   * @param inode what the node's name means now: a node of libfuse may become another's
   */
  public boolean opened(long node, InodeId inode, long version) {
    synchronized (lock) {
      Node known = open.get(node);
      if (known == null) {
        Pages pages = closed.remove(node);
        open.put(node, new Node(inode, version));
        return new Pages(inode, version).equals(pages);
      }
      known.opens++;
      return known.isStill(inode, version);
    }
  }

  /** The node was opened in another process, and what the kernel holds of it is not known. */
  public void takeOver(long node, InodeId inode) {
    synchronized (lock) {
      Node known = open.get(node);
      if (known == null) {
        open.put(node, new Node(inode, UNKNOWN));
      } else {
        known.opens++;
      }
    }
  }

  /** A lock was taken on an open file: true when the kernel may keep its pages. */
  public boolean locked(long node, InodeId inode, long version) {
    synchronized (lock) {
      Node known = open.get(node);
      return known != null && known.isStill(inode, version);
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
          closed.put(node, new Pages(known.inode, known.version));
        }
      }
    }
  }
}
