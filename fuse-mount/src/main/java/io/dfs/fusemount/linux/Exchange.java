package io.dfs.fusemount.linux;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.fusemount.linux.channel.Channel;
import io.dfs.fusemount.linux.wire.Body;
import io.dfs.fusemount.linux.wire.Header;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request and its one answer. Shared: whoever {@link #claim claims} it answers; nobody else does.
 */
final class Exchange {
  private static final int[] NO_GROUPS = {};

  /** The number of the mount's root, whatever inode that is. */
  static final long ROOT_NODE = 1;

  private final Channel channel;
  private final Header header;
  private final InodeId root;
  private final long recalls;
  private final AtomicBoolean claimed = new AtomicBoolean();
  private volatile Body.@Nullable Lk awaited;

  /**
   * @param root what the kernel calls {@link #ROOT_NODE}
   * @param recalls the {@link Trust#count} at its beginning
   */
  Exchange(Channel channel, Header header, InodeId root, long recalls) {
    this.channel = channel;
    this.header = header;
    this.root = root;
    this.recalls = recalls;
  }

  /** It waits until others free a lock. */
  void waitsFor(Body.Lk lock) {
    awaited = lock;
  }

  /** The lock that it waits for, if it does. */
  Body.@Nullable Lk awaited() {
    return awaited;
  }

  Header header() {
    return header;
  }

  Channel channel() {
    return channel;
  }

  long recalls() {
    return recalls;
  }

  long unique() {
    return header.unique();
  }

  int opcode() {
    return header.opcode();
  }

  int pid() {
    return header.pid();
  }

  long node() {
    return header.node();
  }

  InodeId inode() {
    return inode(header.node());
  }

  InodeId inode(long node) {
    return node == ROOT_NODE ? root : new InodeId(node);
  }

  /** The kernel has checked permissions itself: dfs always mounts with default_permissions. */
  Caller caller() {
    return new Caller(header.uid(), header.gid(), NO_GROUPS, true);
  }

  /** What {@link #claim} gave may be claimed once more. */
  void unclaim() {
    claimed.set(false);
  }

  /** True once. */
  boolean claim() {
    return !claimed.get() && claimed.compareAndSet(false, true);
  }
}
