package io.dfs.nameserver.check;

import io.dfs.nameserver.command.Fix;
import java.util.List;

/**
 * Something that is not as it should be.
 *
 * @param kind a word for programs
 * @param loss whether data is lost or cannot be read by it, else it can be mended or goes by itself
 * @param text what is wrong and what it means
 * @param inodes the files or directories that it is about, some of them
 * @param fixes what mends it, in this order; none when nothing here can
 */
record Finding(String kind, boolean loss, String text, List<Long> inodes, List<Fix> fixes) {
  /** More files of one finding are not named. */
  static final int MAX_INODES = 8;

  static Finding of(String kind, String text, long inode, Fix... fixes) {
    return new Finding(kind, false, text, List.of(inode), List.of(fixes));
  }
}
