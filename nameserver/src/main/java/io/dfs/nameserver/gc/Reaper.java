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
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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

  /** What one look into the state takes up. */
  private static final int SWEEP = 1024;

  /** The thread ends when it had nothing to do for so long. */
  private static final int IDLE_SECONDS = 10;

  /** Past it candidates wait for a sweep. */
  private static final int MAX_QUEUE = 100_000;

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(2),
          task -> {
            Thread reaper = new Thread(task, "dfs-reaper");
            reaper.setDaemon(true);
            return reaper;
          },
          new ThreadPoolExecutor.DiscardPolicy());

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

  /**
   * Whether the state may hold what the queues do not: after a start, an overflow or a failure. A
   * sweep for nothing is not free, as it walks over what was deleted lately.
   */
  @GuardedBy("this")
  private boolean incomplete = true;

  public Reaper(CommandLog commands, OpenTable opens, Tables tables) {
    thread.allowCoreThreadTimeOut(true);
    this.commands = commands;
    this.opens = opens;
    this.tables = tables;
  }

  /** The inode has no name any more, or nobody has it open any more. */
  public synchronized void candidate(InodeId inode) {
    if (candidates.size() < MAX_QUEUE) {
      candidates.add(inode);
    } else {
      incomplete = true;
    }
  }

  public synchronized void tree(long tree) {
    if (trees.size() < MAX_QUEUE) {
      trees.add(tree);
    } else {
      incomplete = true;
    }
  }

  /** Sessions of before the start have had their time to tell what they have open. */
  public synchronized void graceIsOver() {
    resumed = true;
  }

  /** Looks into the state for what the queues do not have, when there may be something. */
  public void sweep() {
    synchronized (this) {
      if (resumed && incomplete && !busy && candidates.isEmpty() && trees.isEmpty()) {
        trees.addAll(tables.purges(SWEEP));
        List<InodeId> orphans = tables.orphans(sweptTo, SWEEP);
        candidates.addAll(orphans);
        boolean end = orphans.size() < SWEEP;
        sweptTo = end ? new InodeId(0) : orphans.get(SWEEP - 1);
        incomplete = !end || trees.size() == SWEEP;
      }
    }
    work();
  }

  /** Has the queues worked off; never waits. */
  public void work() {
    synchronized (this) {
      if (busy || (candidates.isEmpty() && trees.isEmpty())) {
        return;
      }
      busy = true;
    }
    thread.execute(this::drain);
  }

  /** One command at a time on a thread of its own, so that no submitter is held by the whole. */
  private void drain() {
    while (true) {
      Command command;
      synchronized (this) {
        command = next();
        if (command == null) {
          busy = false;
          return;
        }
      }
      try {
        commands.submit(command, false).join();
      } catch (RuntimeException e) {
        synchronized (this) {
          incomplete = true;
          busy = false;
        }
        if (command instanceof Command.Purge purge) {
          purge.inodes().forEach(opens::unclaim);
        }
        log.debug("could not submit {}; it is tried again later", command, e);
        return;
      }
    }
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
