package io.dfs.nameserver.convert;

import io.dfs.common.message.Extent;
import io.dfs.common.message.Group;
import io.dfs.nameserver.state.ChunkState;
import io.dfs.nameserver.state.Conversions.Conversion;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Tables;
import org.jspecify.annotations.Nullable;

/**
 * Which bytes of a file are not kept as its settings say. Reads the state and decides; keeps
 * nothing.
 */
final class Misfits {
  private final Tables tables;

  Misfits(Tables tables) {
    this.tables = tables;
  }

  /**
   * Whether an extent is to be rewritten: its chunk has another number of copies; or it is older
   * than a wish for another chunk size, and larger than that, or the file is in several chunks. A
   * rewritten extent is in a younger chunk, so nothing is rewritten for its size twice.
   *
   * @param conversion that has found the file; null when that is over
   * @param several whether the file's first and last extents are in different chunks
   */
  boolean isMisfit(Inode file, Extent extent, @Nullable Conversion conversion, boolean several) {
    Group group = tables.findGroup(extent.chunk().group());
    if (group == null || group.replicas() != file.settings().replicas()) {
      // Without a group nobody can copy it; the check of the filesystem tells of it.
      return group != null;
    }
    if (conversion == null
        || conversion.chunkBytes() == 0
        || extent.chunk().sequence() > conversion.since()) {
      return false;
    }
    ChunkState chunk = tables.findChunk(extent.chunk());
    return several || (chunk != null && chunk.length() > file.settings().chunkBytes());
  }

  /** Whether the first and the last extent of a file are in different chunks. */
  boolean isInSeveral(Inode file) {
    var first = tables.extents(file.tree(), 0, Long.MAX_VALUE, 1);
    Extent last = tables.extentBefore(file.tree(), Long.MAX_VALUE);
    return last != null && !first.isEmpty() && !first.get(0).chunk().equals(last.chunk());
  }
}
