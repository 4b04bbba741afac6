package io.dfs.nameserver.state;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Group;
import java.util.List;

/**
 * What a committed command means for what is kept in memory beside the state. Effects are handed
 * over in the order of the commands, after their commit and before their replies.
 */
public sealed interface Effect {
  /** Whether it counts only when every client that may have kept what changed knows of it. */
  default boolean waits() {
    return false;
  }

  /** The session has opened the inode with this request. */
  record Opened(RequestId request, InodeId inode) implements Effect {}

  /** The inode has lost its last name: clients that have it open without telling will tell. */
  record Orphaned(InodeId inode) implements Effect {
    @Override
    public boolean waits() {
      return true;
    }
  }

  /** What a restored directory held is to be restored. */
  record RestoringQueued(InodeId directory) implements Effect {}

  /** A removal of the inode has been tried: it is gone, or has a name. */
  record Purged(InodeId inode) implements Effect {}

  /** An extent tree waits to be worked off. */
  record PurgeQueued(long tree) implements Effect {}

  /** The chunk waits to be deleted by its servers. */
  record ChunkDropped(ChunkId chunk, List<NodeId> members) implements Effect {}

  /** The server has deleted these chunks. */
  record ChunksDeleted(NodeId node, List<ChunkId> chunks) implements Effect {}

  /** Some lock of the inode was freed. */
  record Unlocked(InodeId inode) implements Effect {}

  record SessionBegun(SessionId session) implements Effect {}

  record SessionEnded(SessionId session) implements Effect {}

  record GroupsAdded(List<Group> groups) implements Effect {}

  record GroupChanged(Group group) implements Effect {}

  record ServerChanged(NodeId node, Server server) implements Effect {}
}
