package io.dfs.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The number of an inode: unique in its cluster, never used again. The root directory is {@link
 * #ROOT}.
 */
public record InodeId(@JsonValue long value) implements Comparable<InodeId> {
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

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public InodeId {}

  @Override
  public int compareTo(InodeId other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(value);
  }
}
