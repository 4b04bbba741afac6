package io.dfs.nameserver.compact;

import io.dfs.common.id.ChunkId;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Lets chunks go whose time for readers of old layouts is over. Confined to the nameserver's timer.
 */
final class KeptChunks {
  /** In one command; the next second takes the next ones. */
  private static final int STEP = 1000;

  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Tables tables;
  private final CommandLog commands;
  private ChunkId cursor = new ChunkId(0);
  private long lastNanos = System.nanoTime() - EVERY_NANOS;
  private int counted;
  private volatile int count;

  KeptChunks(Tables tables, CommandLog commands) {
    this.tables = tables;
    this.commands = commands;
  }

  void tick(long nowNanos, long nowMs) {
    if (nowNanos - lastNanos < EVERY_NANOS) {
      return;
    }
    lastNanos = nowNanos;
    Map<ChunkId, Long> kept = tables.kept(cursor, STEP);
    List<ChunkId> over = new ArrayList<>();
    kept.forEach(
        (chunk, until) -> {
          cursor = chunk;
          if (until <= nowMs) {
            over.add(chunk);
          }
        });
    counted += kept.size();
    if (kept.size() < STEP) {
      cursor = new ChunkId(0);
      count = counted;
      counted = 0;
    }
    if (!over.isEmpty()) {
      var unused = commands.submit(new Command.Unkeep(over), false);
    }
  }

  /** How many there were when all had been looked at last. */
  int count() {
    return count;
  }
}
