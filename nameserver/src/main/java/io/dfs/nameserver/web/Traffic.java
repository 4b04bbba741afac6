package io.dfs.nameserver.web;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ClusterRequest.Capacity;
import java.util.HashMap;
import java.util.Map;

/**
 * The bytes that dataservers have moved since this was made, by what their heartbeats say. Shared,
 * guarded by itself; as many entries as dataservers.
 */
public final class Traffic {
  private record Counts(long received, long sent) {}

  @GuardedBy("this")
  private final Map<NodeId, Counts> last = new HashMap<>();

  @GuardedBy("this")
  private long received;

  @GuardedBy("this")
  private long sent;

  public synchronized void heard(NodeId node, Capacity capacity) {
    Counts now = new Counts(capacity.receivedBytes(), capacity.sentBytes());
    Counts before = last.put(node, now);
    if (before != null) {
      // A server that was started again counts from zero.
      received += Math.max(0, now.received - before.received);
      sent += Math.max(0, now.sent - before.sent);
    }
  }

  synchronized long received() {
    return received;
  }

  synchronized long sent() {
    return sent;
  }
}
