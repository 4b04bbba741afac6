package io.dfs.nameserver.placement;

import io.dfs.common.id.NodeId;

/**
 * A dataserver as planning of repair sees it.
 *
 * @param reachable whether copies can be read from it now
 */
public record Holder(
    NodeId id,
    String host,
    String rack,
    long capacityBytes,
    long freeBytes,
    Standing standing,
    boolean reachable) {}
