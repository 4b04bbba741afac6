package io.dfs.common.message;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import java.util.List;

/**
 * A placement group: the dataservers that hold every chunk whose id carries its number.
 *
 * @param replicas how many members it shall have; fewer means that copies are missing
 * @param epoch raised by every change of the members
 * @param members in chain order, first the one that a writer sends to
 */
public record Group(GroupId id, int replicas, int epoch, List<NodeId> members) {}
