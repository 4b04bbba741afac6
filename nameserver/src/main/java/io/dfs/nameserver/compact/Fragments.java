package io.dfs.nameserver.compact;

import io.dfs.common.message.Extent;
import java.util.List;

/** Whether neighbouring extents of a file are worth becoming one. Pure. */
final class Fragments {
  /** Fewer cost a reader next to nothing. */
  static final int MIN_JOINTS = 64;

  /** A reader asks for whole blocks of 64 KiB, so smaller extents cost more than their bytes. */
  static final int SMALL_BYTES = 64 << 10;

  private Fragments() {}

  /**
   * @param run extents of one file in order; only those that follow each other without a hole can
   *     become one
   */
  static boolean worthJoining(List<Extent> run) {
    int joints = 0;
    long bytes = 0;
    for (int i = 0; i < run.size(); i++) {
      bytes += run.get(i).length();
      if (i > 0 && run.get(i - 1).fileEnd() == run.get(i).fileOffset()) {
        joints++;
      }
    }
    return joints >= MIN_JOINTS && bytes / joints < SMALL_BYTES;
  }
}
