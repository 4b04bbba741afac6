package io.dfs.nameserver.namespace;

import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.state.Inode;

/** The rule of "relatime": an access is recorded when it tells something new, or daily. */
public final class RelativeAtime {
  private static final long DAY_SECONDS = 86_400;

  private RelativeAtime() {}

  public static boolean records(Inode inode, Timestamp readAt) {
    return readAt.compareTo(inode.atime()) > 0
        && (inode.atime().compareTo(inode.mtime()) <= 0
            || inode.atime().compareTo(inode.ctime()) <= 0
            || readAt.seconds() - inode.atime().seconds() >= DAY_SECONDS);
  }
}
