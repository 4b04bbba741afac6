package io.dfs.client.cli.explain;

import io.dfs.common.id.NodeId;

/**
 * A copy of a chunk on a server.
 *
 * @param address empty when the server is not known any more
 * @param problem empty when the copy has what the file needs
 */
public record CopyState(NodeId server, String address, String problem) {
  public boolean good() {
    return problem.isEmpty();
  }
}
