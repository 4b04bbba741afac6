package io.dfs.common.message;

import io.dfs.common.id.NodeId;

/**
 * A dataserver as the nameserver knows it.
 *
 * @param address {@code host:port} where it answers now; it may change, the number does not
 * @param host the machine it runs on, as placement sees it: two servers of one host fail together
 * @param rack the failure domain above the host; empty when there is none
 * @param secondsSinceHeartbeat age of the last sign of life; -1 for never since the nameserver
 *     started
 * @param failedDisks directories of it that are out of use
 * @param wish what operators want of it
 */
public record ServerInfo(
    NodeId id,
    String address,
    String host,
    String rack,
    State state,
    long capacityBytes,
    long usedBytes,
    long freeBytes,
    long chunks,
    int secondsSinceHeartbeat,
    String version,
    int failedDisks,
    ServerWish wish) {

  /** The order is part of the wire format. */
  public enum State {
    /** Heard of lately: reads and writes go to it. */
    ONLINE,
    /** Missed some heartbeats: no new chunks, reads only when no other server has the data. */
    SUSPECT,
    /** Missed so many heartbeats that it counts as gone. */
    OFFLINE,
    /** Serves, but gets nothing new and its copies go to others: an operator wants it empty. */
    DRAINING,
    /** An operator has announced that it will be away: nothing is repaired meanwhile. */
    MAINTENANCE,
    /** An operator has taken it out of the cluster. */
    REMOVED
  }
}
