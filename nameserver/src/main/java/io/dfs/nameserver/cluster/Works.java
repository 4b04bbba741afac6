package io.dfs.nameserver.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.message.WorkStatus;
import io.dfs.nameserver.cluster.CopyBoard.Kind;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The pace of repair and of balancing: limits, pauses, and how fast they are. Shared, guarded by
 * itself.
 */
public final class Works {
  /** Speed is that of the last seconds, of which older ones count less. */
  private static final double SMOOTHING_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final class Meter {
    long bytes;
    double bytesPerSecond;
    long sinceNanos = System.nanoTime();
    long fresh;

    void add(long more) {
      bytes += more;
      fresh += more;
      settle(System.nanoTime());
    }

    void settle(long now) {
      double seconds = (now - sinceNanos) / 1e9;
      if (seconds >= 0.5) {
        double keep = Math.exp(-(now - sinceNanos) / SMOOTHING_NANOS);
        bytesPerSecond = keep * bytesPerSecond + (1 - keep) * fresh / seconds;
        fresh = 0;
        sinceNanos = now;
      }
    }
  }

  private final Tables tables;
  private final CommandLog commands;
  private final long defaultRepairRate;
  private final long defaultBalanceRate;
  private final long balanceMin;

  @GuardedBy("this")
  private final Map<Kind, Meter> meters = new EnumMap<>(Kind.class);

  public Works(
      Tables tables, CommandLog commands, long repairRate, long balanceRate, long balanceMin) {
    this.tables = tables;
    this.commands = commands;
    this.defaultRepairRate = repairRate;
    this.defaultBalanceRate = balanceRate;
    this.balanceMin = balanceMin;
    for (Kind kind : Kind.values()) {
      meters.put(kind, new Meter());
    }
  }

  boolean isPaused(Kind kind) {
    return tables.counter(kind == Kind.REPAIR ? Counter.REPAIR_PAUSED : Counter.BALANCE_PAUSED)
        != 0;
  }

  /** Bytes a second for each server that receives. */
  long limit(Kind kind) {
    long set = tables.counter(kind == Kind.REPAIR ? Counter.REPAIR_LIMIT : Counter.BALANCE_LIMIT);
    return set > 0 ? set : kind == Kind.REPAIR ? defaultRepairRate : defaultBalanceRate;
  }

  synchronized void copied(Kind kind, long bytes) {
    meters.computeIfAbsent(kind, unused -> new Meter()).add(bytes);
  }

  /** Keeps what an operator has set. */
  CompletableFuture<Reply> set(Query.SetWork q) {
    CompletableFuture<Reply> done = CompletableFuture.completedFuture(Reply.Done.DONE);
    if (q.paused() != null) {
      Counter setting = q.balance() ? Counter.BALANCE_PAUSED : Counter.REPAIR_PAUSED;
      done = commands.submit(new Command.Tune(setting, q.paused() ? 1 : 0), false);
    }
    if (q.bytesPerSecond() != null) {
      Counter setting = q.balance() ? Counter.BALANCE_LIMIT : Counter.REPAIR_LIMIT;
      long limit = Math.max(0, q.bytesPerSecond());
      done = done.thenCompose(r -> commands.submit(new Command.Tune(setting, limit), false));
    }
    return done;
  }

  public WorkStatus repair(Progress p) {
    return status(Kind.REPAIR, p.repairGroups(), p.repairRunning(), p.repairBytesLeft());
  }

  public WorkStatus balance(Progress p) {
    return status(Kind.BALANCE, p.balanceGroups(), p.balanceRunning(), p.balanceBytesLeft());
  }

  private synchronized WorkStatus status(Kind kind, int groups, int running, long left) {
    Meter meter = meters.computeIfAbsent(kind, unused -> new Meter());
    meter.settle(System.nanoTime());
    long speed = (long) meter.bytesPerSecond;
    long seconds = left == 0 ? 0 : speed < 1 ? -1 : left / speed;
    return new WorkStatus(
        groups, running, left, meter.bytes, speed, seconds, limit(kind), isPaused(kind));
  }

  /** Servers that differ by so many bytes are even enough. */
  long balanceMin() {
    return balanceMin;
  }
}
