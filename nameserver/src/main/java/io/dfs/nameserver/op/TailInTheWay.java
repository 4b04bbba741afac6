package io.dfs.nameserver.op;

import io.dfs.nameserver.state.Inode;

/**
 * A mutation has to wait until the cut tail of a layout is worked off: the caller submits {@code
 * PurgeTree} and then the mutation again, which has not run and is not remembered.
 */
public final class TailInTheWay extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final long tree;

  TailInTheWay(Inode inode) {
    super("the cut tail of inode " + inode.id() + " is in the way", null, false, false);
    tree = inode.tree();
  }

  public long tree() {
    return tree;
  }
}
