package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import java.util.List;

/**
 * A copy that a dataserver shall have: exactly the first {@code length} bytes of a sealed chunk.
 *
 * @param sources who has it, those to ask first in front
 */
public record CopyOrder(ChunkId chunk, int length, List<Source> sources) {
  /** A server that shall have a good copy. */
  public record Source(NodeId node, String address) {}
}
