package io.dfs.nameserver.cluster;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.BadCopy;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where single copies are reported that are damaged or missing, by readers, by scrubbing and by
 * servers that compare what they hold with what they should. Reports are kept in the state until
 * the copy is good again; repeating one changes nothing. Shared; never waits.
 */
public final class BadReplicas {
  private static final Logger log = LoggerFactory.getLogger(BadReplicas.class);

  /** A reason is for people. */
  private static final int MAX_REASON = 300;

  private final CommandLog commands;
  private final Tables tables;

  public BadReplicas(CommandLog commands, Tables tables) {
    this.commands = commands;
    this.tables = tables;
  }

  /**
   * Reports a copy. Ignored when the server should not have one, as a reader with an old table may
   * say; the server itself looks whether it is true before anything is replaced.
   */
  public CompletableFuture<Void> report(ChunkId chunk, NodeId node, String reason) {
    return report(List.of(new BadCopy(chunk, node, reason)));
  }

  /** {@link #report(ChunkId, NodeId, String)} for several. */
  public CompletableFuture<Void> report(List<BadCopy> copies) {
    List<BadCopy> clipped = new ArrayList<>(copies.size());
    for (BadCopy copy : copies) {
      String reason = copy.reason();
      log.warn("the copy of chunk {} on {} is bad: {}", copy.chunk(), copy.server(), reason);
      clipped.add(
          new BadCopy(
              copy.chunk(),
              copy.server(),
              reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason));
    }
    return commands.submit(new Command.ReportBad(clipped), false).thenAccept(done -> {});
  }

  /** Whether any copy of the chunk is known to be bad. */
  public boolean isAnyBad(ChunkId chunk) {
    return !tables.badCopies(chunk).isEmpty();
  }
}
