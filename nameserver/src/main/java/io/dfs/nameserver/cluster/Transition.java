package io.dfs.nameserver.cluster;

import io.dfs.common.id.NodeId;
import io.dfs.common.message.ServerInfo.State;

/** A dataserver has changed its state. */
public record Transition(NodeId node, String address, State from, State to, String reason) {
  @Override
  public String toString() {
    return "dataserver " + node + " at " + address + ": " + from + " -> " + to + ", " + reason;
  }
}
