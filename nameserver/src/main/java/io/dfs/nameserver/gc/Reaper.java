package io.dfs.nameserver.gc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.id.InodeId;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.session.OpenTable;
import io.dfs.nameserver.state.Tables;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes inodes that have no name and that nobody has open, and works off extent trees without a
 * file. Shared, guarded by itself. What is to do is also in the state, so nothing is lost when this
 * queue overflows or the process ends: {@link #sweep} finds it again.
 */
public final class Reaper {
  private static final Logger log = LoggerFactory.getLogger(Reaper.class);

  /** Inodes in one command: they share its cost and it stays well under a millisecond. */
  private static final int BATCH = 64;

  /** Past it candidates wait for a sweep. */
  private static final int MAX_QUEUE = 100_000;

  private final CommandLog commands;
  private final OpenTable opens;
  private final Tables tables;

  @GuardedBy("this")
  private final Set<InodeId> candidates = new LinkedHashSet<>();

  @GuardedBy("this")
  private final ArrayDeque<Long> trees = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean busy;

  @GuardedBy("this")
  private boolean resumed;

  @GuardedBy("this")
  private InodeId sweptTo = new InodeId(0);

  public Reaper(CommandLog commands, OpenTable opens, Tables tables) {
    this.commands = commands;
    this.opens = opens;
    this.tables = tables;
  }

  /** The inode has no name any more, or nobody has it open any more. */
  public synchronized void candidate(InodeId inode) {
    if (candidates.size() < MAX_QUEUE) {
      candidates.add(inode);
    }
  }

  public synchronized void tree(long tree) {
    if (trees.size() < MAX_QUEUE) {
      trees.add(tree);
    }
  }

  /** Sessions of before the start have had their time to tell what they have open. */
  public synchronized void graceIsOver() {
    resumed = true;
  }

  /** Looks into the state for what the queues do not have. */
  public void sweep() {
    List<Long> left = tables.purges(BATCH);
    synchronized (this) {
      if (trees.isEmpty() && !busy) {
        trees.addAll(left);
      }
      if (resumed && candidates.isEmpty()) {
        List<InodeId> orphans = tables.orphans(sweptTo, BATCH * 16);
        candidates.addAll(orphans);
        sweptTo = orphans.size() < BATCH * 16 ? new InodeId(0) : orphans.get(orphans.size() - 1);
      }
    }
    work();
  }

  /** Submits the next piece of work, one at a time; never waits. */
  public void work() {
    Command command;
    synchronized (this) {
      if (busy) {
        return;
      }
      command = next();
      if (command == null) {
        return;
      }
      busy = true;
    }
    commands
        .submit(command, false)
        .whenComplete(
            (reply, failure) -> {
              synchronized (this) {
                busy = false;
              }
              if (failure == null) {
                work();
              } else {
                if (command instanceof Command.Purge purge) {
                  purge.inodes().forEach(opens::unclaim);
                }
                log.debug("could not submit {}; it is tried again later", command, failure);
              }
            });
  }

  @GuardedBy("this")
  private @org.jspecify.annotations.Nullable Command next() {
    List<InodeId> inodes = new ArrayList<>();
    var each = candidates.iterator();
    while (each.hasNext() && inodes.size() < BATCH) {
      InodeId inode = each.next();
      each.remove();
      if (opens.claim(inode)) {
        inodes.add(inode);
      }
    }
    if (!inodes.isEmpty()) {
      return new Command.Purge(inodes);
    }
    Long tree = trees.poll();
    return tree == null ? null : new Command.PurgeTree(tree);
  }
}
