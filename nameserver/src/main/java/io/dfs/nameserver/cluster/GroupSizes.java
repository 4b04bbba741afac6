package io.dfs.nameserver.cluster;

import io.dfs.common.id.GroupId;
import io.dfs.common.message.Group;
import io.dfs.nameserver.placement.GroupLoad;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How much the groups hold. Counted now and then by reading all chunk records, so that writers need
 * not keep account; at 3 million a second, 100 million take half a minute. Confined to a thread.
 */
final class GroupSizes {
  /** Nothing changes so fast that it matters to planning. */
  private static final long LEAST_AGE_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** Counting takes at most a hundredth of a processor. */
  private static final int REST = 100;

  private static final int STEP = 1000;

  private final Tables tables;
  private final Map<GroupId, Long> bytes = new HashMap<>();
  private long countedNanos;
  private long tookNanos;
  private long applied = -1;

  GroupSizes(Tables tables) {
    this.tables = tables;
  }

  /** The groups with what each member of them holds, as of some time ago. */
  List<GroupLoad> loads(List<Group> groups, long nowNanos) {
    boolean due = nowNanos - countedNanos > Math.max(LEAST_AGE_NANOS, REST * tookNanos);
    if (applied < 0 || (due && tables.counter(Counter.APPLIED) != applied)) {
      count(groups, nowNanos);
    }
    List<GroupLoad> loads = new ArrayList<>(groups.size());
    for (Group group : groups) {
      loads.add(new GroupLoad(group, bytes.getOrDefault(group.id(), 0L)));
    }
    return loads;
  }

  private void count(List<Group> groups, long nowNanos) {
    applied = tables.counter(Counter.APPLIED);
    for (Group group : groups) {
      bytes.put(group.id(), count(group.id()));
    }
    countedNanos = System.nanoTime();
    tookNanos = countedNanos - nowNanos;
  }

  private long count(GroupId group) {
    long sum = 0;
    long after = 0;
    while (true) {
      List<Tables.Chunk> part = tables.chunks(group, after, STEP);
      for (Tables.Chunk chunk : part) {
        sum += chunk.state().length();
      }
      if (part.size() < STEP) {
        return sum;
      }
      after = part.get(STEP - 1).id().sequence();
    }
  }
}
