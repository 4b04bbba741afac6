package io.dfs.common.message;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import java.util.List;

/**
 * What came of a {@link CopyOrder}.
 *
 * @param copiedBytes that came over the network; 0 when a good copy was there already
 * @param bad sources that answered and whose copy is bad, short or missing
 * @param problem why there is no good copy now; empty when there is
 */
public record CopyResult(
    ChunkId chunk, Outcome outcome, long copiedBytes, List<NodeId> bad, String problem) {

  /** The order is part of the wire format. */
  public enum Outcome {
    /** A verified copy of that length is on disk. */
    DONE,
    /** No source could be asked, or none answered in time: to be tried again. */
    UNREACHABLE,
    /** Every source answered and none has a good copy. */
    NO_GOOD_COPY,
    /** The receiver cannot keep it: no space, or a broken disk. */
    CANNOT_KEEP
  }
}
