package io.dfs.client.cli.explain;

import io.dfs.common.id.ChunkId;
import java.util.List;

/**
 * A chunk of a file.
 *
 * @param neededBytes of it that the file refers to, from its start
 * @param fileOffset where the file refers to it first
 * @param wantedCopies as many as its group shall have
 * @param copies those that there should be
 */
public record ChunkState(
    ChunkId chunk, int neededBytes, long fileOffset, int wantedCopies, List<CopyState> copies) {
  public long goodCopies() {
    return copies.stream().filter(CopyState::good).count();
  }

  public boolean whole() {
    return goodCopies() >= wantedCopies;
  }

  /** Nobody can read it now. */
  public boolean lost() {
    return goodCopies() == 0;
  }
}
