package io.dfs.nameserver.web;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest.Capacity;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The bytes that dataservers move, by what their heartbeats say. Shared, guarded by itself; as many
 * entries as dataservers.
 */
final class Traffic {
  /**
   * What a server moves now.
   *
   * @param received bytes a second
   * @param sent bytes a second
   */
  record Rate(double received, double sent) {
    static final Rate NONE = new Rate(0, 0);
  }

  private static final class Counts {
    long received;
    long sent;
    long newReceived;
    long newSent;
    Rate rate = Rate.NONE;
  }

  @GuardedBy("this")
  private final Map<NodeId, Counts> servers = new HashMap<>();

  synchronized void heard(NodeId node, Capacity capacity) {
    Counts counts = servers.get(node);
    if (counts == null) {
      counts = new Counts();
      servers.put(node, counts);
    } else {
      // A server that was started again counts from zero.
      counts.newReceived += Math.max(0, capacity.receivedBytes() - counts.received);
      counts.newSent += Math.max(0, capacity.sentBytes() - counts.sent);
    }
    counts.received = capacity.receivedBytes();
    counts.sent = capacity.sentBytes();
  }

  /** Makes rates of what came since the last call, and forgets servers that are no more. */
  synchronized void tick(double seconds, Set<NodeId> known) {
    servers.keySet().retainAll(known);
    for (Counts counts : servers.values()) {
      counts.rate = new Rate(counts.newReceived / seconds, counts.newSent / seconds);
      counts.newReceived = 0;
      counts.newSent = 0;
    }
  }

  synchronized Rate rate(NodeId node) {
    Counts counts = servers.get(node);
    return counts == null ? Rate.NONE : counts.rate;
  }

  /** Of all servers together. */
  synchronized Rate total() {
    return new Rate(
        servers.values().stream().mapToDouble(c -> c.rate.received()).sum(),
        servers.values().stream().mapToDouble(c -> c.rate.sent()).sum());
  }
}
