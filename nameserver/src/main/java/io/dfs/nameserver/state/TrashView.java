package io.dfs.nameserver.state;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Name;

/**
 * The numbers of the directories in {@code .trash}: each stands for a directory of the tree, and
 * shows what was deleted from it. Immutable.
 */
public final class TrashView {
  /** Reachable by this name in the root, and not listed there. */
  public static final Name NAME = Name.of(".trash");

  /** No inode has so great a number. */
  private static final long BIT = 1L << 62;

  private TrashView() {}

  public static boolean is(InodeId inode) {
    return (inode.value() & BIT) != 0;
  }

  /** The directory of the trash that stands for this one. */
  public static InodeId of(InodeId directory) {
    return new InodeId(directory.value() | BIT);
  }

  /** The directory that this one of the trash stands for. */
  public static InodeId real(InodeId view) {
    return new InodeId(view.value() & ~BIT);
  }

  /** Whether a name is taken by the trash. */
  public static boolean reserves(InodeId parent, Name name) {
    return parent.equals(InodeId.ROOT) && name.equals(NAME);
  }
}
