package io.dfs.nameserver.placement;

import io.dfs.common.id.NodeId;

/**
 * A dataserver as placement sees it.
 *
 * @param usable it is online, has room and nobody asked to avoid it
 */
public record Candidate(NodeId id, String host, String rack, long freeBytes, boolean usable) {}
