package io.dfs.nameserver.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.FsException;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Group;
import io.dfs.common.message.ServerInfo;
import io.dfs.nameserver.cluster.CopyBoard.Finished;
import io.dfs.nameserver.cluster.CopyBoard.Kind;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.placement.BalancePlanner;
import io.dfs.nameserver.placement.GroupLoad;
import io.dfs.nameserver.placement.GroupMove;
import io.dfs.nameserver.placement.Holder;
import io.dfs.nameserver.placement.RepairPlanner;
import io.dfs.nameserver.placement.Standing;
import io.dfs.nameserver.state.Tables;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every group at its copies and the servers evenly filled: plans now and then, and has
 * dataservers copy. One thread does all of it; other threads see {@link #progress}.
 *
 * <p>What is to do follows from the state: a group that is changing says so in its record. After a
 * restart those go on, and what a server has copied by then it only looks at again.
 */
public final class Repairer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Repairer.class);
  private static final int TICK_MS = 100;
  private static final long PLAN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** When nothing has changed: with 1,000 servers a look takes some ten milliseconds. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Two, so that the next group copies while the last chunks of one are under way. */
  private static final int MOVES_PER_TARGET = 2;

  /** A server that could not keep a copy gets no other for so long. */
  private static final long SHUN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Registry registry;
  private final Tables tables;
  private final CommandLog commands;
  private final CopyBoard board;
  private final BadReplicas bad;
  private final Holdings holdings;
  private final Works works;
  private final GroupSizes sizes;
  private final CopySources sources;
  private final BadRepair badRepair;
  private final Map<GroupId, GroupChange> changes = new LinkedHashMap<>();
  private final Map<NodeId, Long> shunned = new HashMap<>();
  private final Thread thread = new Thread(this::run, "dfs-repair");
  private final RepairEvents told;
  private final LostFiles lostFiles;
  private List<Holder> holders = List.of();
  private long plannedNanos = System.nanoTime() - PLAN_NANOS;
  private long plannedEpoch = -1;
  private volatile boolean stopped;

  @GuardedBy("this")
  private Progress progress = Progress.NONE;

  Repairer(
      Registry registry,
      Tables tables,
      CommandLog commands,
      CopyBoard board,
      BadReplicas bad,
      Holdings holdings,
      Events events,
      Works works) {
    this.registry = registry;
    this.tables = tables;
    this.commands = commands;
    this.board = board;
    this.bad = bad;
    this.holdings = holdings;
    this.works = works;
    this.sizes = new GroupSizes(tables);
    this.sources = new CopySources(registry, tables, holdings);
    this.badRepair = new BadRepair(tables, commands, board, events, sources::of);
    this.told = new RepairEvents(events::record);
    this.lostFiles = new LostFiles(tables);
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  public synchronized Progress progress() {
    return progress;
  }

  private void run() {
    while (!stopped) {
      try {
        tick(board.awaitFinished(TICK_MS));
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        if (!stopped) {
          log.warn("repair goes on after a failure: {}", FsException.of(e).getMessage(), e);
          pauseAfterFailure();
        }
      }
    }
  }

  private void pauseAfterFailure() {
    try {
      TimeUnit.SECONDS.sleep(1);
    } catch (InterruptedException e) {
      stopped = true;
    }
  }

  private void tick(List<Finished> finished) {
    for (Finished done : finished) {
      works.copied(kindOf(done), done.result().copiedBytes());
      if (done.owner() instanceof GroupChange change) {
        boolean wasOver = change.isOver();
        change.finished(done);
        if (change.isOver() && !wasOver) {
          shunned.put(done.target(), System.nanoTime() + SHUN_NANOS);
        }
      } else {
        badRepair.finished(done);
      }
    }
    long now = System.nanoTime();
    long epoch = registry.map().epoch();
    boolean idle = changes.isEmpty() && epoch == plannedEpoch;
    if (now - plannedNanos >= (idle ? IDLE_NANOS : PLAN_NANOS)) {
      plannedNanos = now;
      plannedEpoch = epoch;
      plan(now);
    }
    stepAll(now);
  }

  private static Kind kindOf(Finished done) {
    return done.owner() instanceof GroupChange change ? change.kind : Kind.REPAIR;
  }

  private void stepAll(long now) {
    if (changes.isEmpty()) {
      return;
    }
    boolean sealing =
        changes.values().stream().anyMatch(c -> c.phase() == GroupChange.Phase.SEALING);
    Set<GroupId> written = sealing ? tables.groupsBeingWritten() : Set.of();
    for (GroupChange change : List.copyOf(changes.values())) {
      change.step(written.contains(change.group().id()), now);
      if (change.isOver()) {
        ended(change);
        // The next ones may begin.
        plannedNanos = Math.min(plannedNanos, now - PLAN_NANOS + SOON_NANOS);
      }
    }
  }

  private void ended(GroupChange change) {
    Group group = change.group();
    changes.remove(group.id());
    if (change.phase() == GroupChange.Phase.DONE) {
      log.info("{} left {} for {}", group.id(), group.leaving(), group.joining());
      group.leaving().forEach(holdings::wantInventory);
    } else {
      log.info("the change of {} was given up: {}", group.id(), change.whyAborted());
      group.joining().forEach(holdings::wantInventory);
    }
  }

  // ---- planning

  private void plan(long now) {
    shunned.values().removeIf(until -> until - now < 0);
    holders = withoutShunned(registry.holders(now, System.currentTimeMillis()));
    sources.use(holders);
    adopt();
    endHopeless();
    List<GroupLoad> loads = sizes.loads(registry.map().groups(), now);
    boolean repairing = !works.isPaused(Kind.REPAIR);
    boolean balancing = !works.isPaused(Kind.BALANCE);
    board.pause(Kind.REPAIR, !repairing);
    board.pause(Kind.BALANCE, !balancing);
    List<GroupMove> repair =
        RepairPlanner.plan(holders, loads, changes.keySet(), busy(), MOVES_PER_TARGET);
    if (repairing) {
      repair.forEach(move -> begin(move, Kind.REPAIR));
      badRepair.plan(now);
    }
    List<GroupMove> balance =
        BalancePlanner.plan(holders, loads, changes.keySet(), works.balanceMin());
    Progress next =
        Survey.of(
            loads,
            holders,
            changes,
            balance,
            lostFiles.names(),
            badRepair.known(),
            works.isPaused(Kind.REPAIR));
    if (balancing && repair.isEmpty() && next.repairRunning() == 0) {
      balance(balance);
    }
    synchronized (this) {
      progress = next;
    }
    told.look(next, registry.awaitsServers());
  }

  private List<Holder> withoutShunned(List<Holder> all) {
    return all.stream()
        .map(
            h ->
                shunned.containsKey(h.id()) && h.standing() == Standing.GOOD
                    ? new Holder(
                        h.id(),
                        h.host(),
                        h.rack(),
                        h.capacityBytes(),
                        h.freeBytes(),
                        Standing.KEEPING,
                        h.reachable())
                    : h)
        .toList();
  }

  /** Takes up groups that were changing before a restart. */
  private void adopt() {
    for (Group group : registry.map().groups()) {
      if (group.closed() && !changes.containsKey(group.id())) {
        Kind kind =
            group.leaving().stream().anyMatch(m -> standing(m) == Standing.GOOD)
                ? Kind.BALANCE
                : Kind.REPAIR;
        changes.put(group.id(), change(group, kind));
      }
    }
  }

  private GroupChange change(Group group, Kind kind) {
    return new GroupChange(group, kind, tables, commands, board, bad, sources::of);
  }

  /** Gives up changes whose receivers are gone, or which nobody needs any more. */
  private void endHopeless() {
    for (GroupChange change : changes.values()) {
      Group group = change.group();
      for (NodeId node : group.joining()) {
        if (standing(node) == Standing.LOST || isOffline(node)) {
          change.abort(node + " is gone");
        }
      }
      boolean allWell =
          group.members().size() >= group.replicas()
              && group.members().stream().allMatch(m -> standing(m) == Standing.GOOD);
      if (change.kind == Kind.REPAIR && allWell) {
        change.abort("its members are all well again");
      }
    }
  }

  private boolean isOffline(NodeId node) {
    return registry.map().servers().stream()
        .anyMatch(s -> s.id().equals(node) && s.state() == ServerInfo.State.OFFLINE);
  }

  private Standing standing(NodeId node) {
    return holders.stream()
        .filter(h -> h.id().equals(node))
        .map(Holder::standing)
        .findFirst()
        .orElse(Standing.LOST);
  }

  /** How many changes each server receives now. */
  private Map<NodeId, Integer> busy() {
    Map<NodeId, Integer> busy = new HashMap<>();
    for (GroupChange change : changes.values()) {
      change.group().joining().forEach(node -> busy.merge(node, 1, Integer::sum));
    }
    return busy;
  }

  private void balance(List<GroupMove> moves) {
    Map<NodeId, Integer> busy = busy();
    for (GroupMove move : moves) {
      NodeId target = move.add().get(0);
      if (busy.merge(target, 1, Integer::sum) <= MOVES_PER_TARGET) {
        begin(move, Kind.BALANCE);
      }
    }
  }

  /** Closes the group; from then on the state knows of the change. */
  private void begin(GroupMove move, Kind kind) {
    Group now = tables.findGroup(move.group());
    if (now == null || now.closed() || !now.members().containsAll(move.remove())) {
      return;
    }
    try {
      commands.submit(new Command.ChangeGroup(now.moving(move.add(), move.remove())), false).join();
    } catch (RuntimeException e) {
      log.debug("{} was not closed", move.group(), e);
      return;
    }
    Group closed = tables.findGroup(move.group());
    if (closed != null && closed.closed()) {
      log.info(
          "{} ({} bytes, {} copies): {} for {}, {}",
          closed.id(),
          move.bytes(),
          move.copies(),
          move.add(),
          move.remove(),
          move.why());
      changes.put(closed.id(), change(closed, kind));
    }
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
    try {
      thread.join(5000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
