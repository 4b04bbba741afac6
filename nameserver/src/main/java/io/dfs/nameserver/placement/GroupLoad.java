package io.dfs.nameserver.placement;

import io.dfs.common.message.Group;

/**
 * A group and what one member of it holds.
 *
 * @param bytes committed in its chunks
 */
public record GroupLoad(Group group, long bytes) {}
