package io.dfs.nameserver.cluster;

import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import java.util.List;
import java.util.Map;

/**
 * How repair and balancing stand. Immutable.
 *
 * @param below groups with fewer copies that count than they shall have
 * @param without groups of which no copy can be read
 * @param lostFiles some files that have bytes in them
 * @param badCopies single copies that wait to be replaced, 1000 for more
 * @param spread how far the fullest and the emptiest server are apart, as a part of the mean
 * @param emptying what is left on leaving servers that have something left
 */
public record Progress(
    int below,
    List<GroupId> without,
    List<String> lostFiles,
    int badCopies,
    double spread,
    Map<NodeId, Emptying> emptying,
    int repairGroups,
    int repairRunning,
    long repairBytesLeft,
    boolean repairPaused,
    int balanceGroups,
    int balanceRunning,
    long balanceBytesLeft) {
  static final Progress NONE =
      new Progress(0, List.of(), List.of(), 0, 0, Map.of(), 0, 0, 0, false, 0, 0, 0);

  /** For who may not know the names of files. */
  public Progress withoutNames() {
    return new Progress(
        below,
        without,
        List.of(),
        badCopies,
        spread,
        emptying,
        repairGroups,
        repairRunning,
        repairBytesLeft,
        repairPaused,
        balanceGroups,
        balanceRunning,
        balanceBytesLeft);
  }

  /**
   * What is left on a server that is to be emptied.
   *
   * @param groups with data
   * @param copies the most that one of them shall have
   */
  public record Emptying(int groups, int copies) {
    Emptying and(Emptying other) {
      return new Emptying(groups + other.groups, Math.max(copies, other.copies));
    }
  }
}
