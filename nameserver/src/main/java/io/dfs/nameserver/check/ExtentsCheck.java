package io.dfs.nameserver.check;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Extent;
import io.dfs.nameserver.command.Fix;
import io.dfs.nameserver.kv.KeyValueReader;
import io.dfs.nameserver.state.Inode;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Extents against the files whose layouts they are, tree by tree. Tells what they use of chunks for
 * the next check. Confined to one thread.
 */
final class ExtentsCheck {
  private final KeyValueReader state;
  private final Tables tables;
  private final Findings findings;
  private final LongSort trees;
  private final LongSort uses;

  /**
   * @param trees as {@link InodesCheck} tells them
   * @param uses takes (chunk, inode, length, end in the chunk)
   */
  ExtentsCheck(KeyValueReader state, Findings findings, LongSort trees, LongSort uses) {
    this.state = state;
    this.tables = new Tables(state);
    this.findings = findings;
    this.trees = trees;
    this.uses = uses;
  }

  void run() throws IOException {
    try (Rows e = Rows.of(state, 'E')) {
      Row.OfExtent row = (Row.OfExtent) e.next();
      long[] file = trees.next();
      while (row != null || file != null) {
        long tree = Math.min(row == null ? Long.MAX_VALUE : row.tree(), tree(file));
        long[] own = tree(file) == tree ? file : null;
        long bytes = 0;
        @Nullable Extent before = null;
        for (; row != null && row.tree() == tree; row = (Row.OfExtent) e.next()) {
          Extent extent = row.extent();
          uses.add(
              extent.chunk().value(),
              own == null ? 0 : own[1],
              extent.length(),
              (long) extent.chunkOffset() + extent.length());
          if (before != null && before.fileEnd() > extent.fileOffset()) {
            bytes -= overlap(tree, own, before, extent);
          }
          bytes += extent.length();
          before = extent;
        }
        if (own == null) {
          ownerless(tree);
        } else {
          file(own, bytes, before);
        }
        file = own == null ? file : trees.next();
      }
    }
  }

  private static long tree(long @Nullable [] file) {
    return file == null ? Long.MAX_VALUE : file[0];
  }

  private long overlap(long tree, long @Nullable [] own, Extent first, Extent second)
      throws IOException {
    int length = (int) (second.fileOffset() - first.fileOffset());
    findings.add(
        new Finding(
            "extent-overlap",
            true,
            "two runs of bytes are both said to be those from "
                + second.fileOffset()
                + " on; compare the file with a copy",
            List.of(own == null ? 0 : own[1]),
            List.of(new Fix.TrimExtent(tree, first.fileOffset(), length))));
    return first.fileEnd() - second.fileOffset();
  }

  private void ownerless(long tree) throws IOException {
    if (tables.purgeOf(tree) == null) {
      findings.add(
          Finding.of(
              "extent-leak",
              "layout " + tree + " belongs to no file and waits for nothing: its space is lost",
              0,
              new Fix.PutPurge(tree)));
    }
  }

  /** A file (tree, inode, size, allocated, cutAt) and what it has. */
  private void file(long[] own, long bytes, @Nullable Extent last) throws IOException {
    InodeId inode = new InodeId(own[1]);
    if (bytes != own[3]) {
      findings.add(
          Finding.of(
              "file-bytes",
              "inode " + inode + " has " + bytes + " bytes in chunks and counts " + own[3],
              own[1],
              new Fix.AddToInode(inode, 0, 0, bytes - own[3])));
    }
    if (own[4] == Inode.UNCUT && last != null && last.fileEnd() > own[2]) {
      long missing = last.fileEnd() - own[2];
      findings.add(
          Finding.of(
              "file-size",
              "inode " + inode + " has " + missing + " bytes past its end, which nobody can read",
              own[1],
              new Fix.AddToInode(inode, 0, missing, 0)));
    }
  }
}
