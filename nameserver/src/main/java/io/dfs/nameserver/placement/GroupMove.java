package io.dfs.nameserver.placement;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import java.util.List;

/**
 * A change of a group's members.
 *
 * @param remove members that go when all that join have copies
 * @param add servers that join
 * @param bytes that each of them gets
 * @param copies that can be read now
 */
public record GroupMove(
    GroupId group, List<NodeId> remove, List<NodeId> add, long bytes, int copies, Why why) {

  /** Why a group has to change, the most urgent first. */
  public enum Why {
    /** It has fewer copies than it shall. */
    REPAIR,
    /** A member of it is being drained. */
    DRAIN,
    /** A member of it is fuller than another server. */
    BALANCE
  }
}
