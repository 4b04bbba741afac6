package io.dfs.common.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * The number of a dataserver, given by the nameserver at its first registration and kept on its
 * disks. 0 is none.
 */
public record NodeId(@JsonValue int value) implements Comparable<NodeId> {
  public static final NodeId NONE = new NodeId(0);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public NodeId {}

  @Override
  public int compareTo(NodeId other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "ds" + value;
  }
}
