package io.dfs.common.message;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import java.util.List;
import java.util.stream.Stream;

/**
 * A placement group: the dataservers that hold every chunk whose id carries its number.
 *
 * @param replicas how many members it shall have; fewer means that copies are missing
 * @param epoch raised by every change of the group
 * @param members in chain order, first the one that a writer sends to
 * @param closed it takes no new chunks, and who writes to one of its chunks seals that soon: the
 *     members are about to change
 * @param joining servers that get copies of its chunks and will be members when they have all
 * @param leaving members that will be none then
 */
public record Group(
    GroupId id,
    int replicas,
    int epoch,
    List<NodeId> members,
    boolean closed,
    List<NodeId> joining,
    List<NodeId> leaving) {

  /** An open group that nobody joins or leaves. */
  public Group(GroupId id, int replicas, int epoch, List<NodeId> members) {
    this(id, replicas, epoch, members, false, List.of(), List.of());
  }

  /** Open, and with members that stay. */
  public Group settled(List<NodeId> settledMembers) {
    return new Group(id, replicas, epoch, settledMembers);
  }

  /** Closed, while some join and some leave. */
  public Group moving(List<NodeId> whoJoins, List<NodeId> whoLeaves) {
    return new Group(id, replicas, epoch, members, true, whoJoins, whoLeaves);
  }

  /** Servers that may have copies because they shall. */
  public List<NodeId> holders() {
    return joining.isEmpty()
        ? members
        : Stream.concat(members.stream(), joining.stream()).distinct().toList();
  }
}
