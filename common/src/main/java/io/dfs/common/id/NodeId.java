package io.dfs.common.id;

/**
 * The number of a dataserver, given by the nameserver at its first registration and kept on its
 * disks. 0 is none.
 */
public record NodeId(int value) implements Comparable<NodeId>, SingleValue {
  public static final NodeId NONE = new NodeId(0);

  @Override
  public int compareTo(NodeId other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeId id && id.value == value;
  }

  @Override
  public int hashCode() {
    return Integer.hashCode(value);
  }

  @Override
  public String toString() {
    return "ds" + value;
  }
}
