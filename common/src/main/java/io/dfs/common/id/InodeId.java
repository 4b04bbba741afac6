package io.dfs.common.id;

/**
 * The number of an inode: unique in its cluster, never used again. The root directory is {@link
 * #ROOT}.
 */
public record InodeId(long value) implements Comparable<InodeId>, SingleValue {
  public static final InodeId ROOT = new InodeId(1);

  /** No inode has this number. */
  public static final InodeId NONE = new InodeId(0);

  private static final long MADE_UP = 1L << 62;

  /**
   * Whether the nameserver makes the inode up for a view of the tree: what is said of it may change
   * without notice.
   */
  public boolean isMadeUp() {
    return (value & MADE_UP) != 0;
  }

  @Override
  public int compareTo(InodeId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InodeId id && id.value == value;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(value);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(value);
  }
}
