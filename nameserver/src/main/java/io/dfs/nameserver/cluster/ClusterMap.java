package io.dfs.nameserver.cluster;

import io.dfs.common.message.Group;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import java.util.List;

/**
 * Servers and groups at one moment. Immutable.
 *
 * @param epoch rises when a server's state or address, or a group, changes
 */
public record ClusterMap(long epoch, List<Group> groups, List<ServerInfo> servers) {
  /** The whole, or just the epoch when that is known. */
  public Reply.Groups since(long knownEpoch) {
    return knownEpoch == epoch
        ? new Reply.Groups(epoch, List.of(), List.of())
        : new Reply.Groups(epoch, groups, servers);
  }
}
