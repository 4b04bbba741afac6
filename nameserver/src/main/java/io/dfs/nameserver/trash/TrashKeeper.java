package io.dfs.nameserver.trash;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.log.CommandLog;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import io.dfs.nameserver.state.Trash;
import io.dfs.nameserver.state.Trash.Due;
import io.dfs.nameserver.state.TrashEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what has been in the trash for its time, and what has been there longest when space runs
 * low, in small commands on a thread of its own; and finishes what is being restored. Shared,
 * guarded by itself. What is to do is in the state, so a restart loses nothing but a wish to empty
 * the trash.
 */
public final class TrashKeeper {
  private static final Logger log = LoggerFactory.getLogger(TrashKeeper.class);

  /** Inodes in one command, as for the reaper. */
  private static final int BATCH = 64;

  private static final int IDLE_SECONDS = 10;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What a round gives back at least, if there is so much: some chunks for each writer. */
  private static final long ROUND_BYTES = 256L << 20;

  /** Of the space of a large cluster a round gives back a thousandth. */
  private static final long ROUND_SHARE = 1000;

  /**
   * From one round to the next: time for the reaper, two heartbeats and the deletions, after which
   * the servers tell what the last round has given back.
   */
  private static final long ROUND_NANOS = TimeUnit.SECONDS.toNanos(4);

  /** How long a round may take to show: until then a writer without room waits on. */
  private static final long SHOWS_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long RETRY_MS = 250;

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(1),
          task -> {
            Thread keeper = new Thread(task, "dfs-trash");
            keeper.setDaemon(true);
            return keeper;
          },
          new ThreadPoolExecutor.DiscardPolicy());

  /** Whoever wishes the trash emptied of what was in it then. */
  private record Emptying(int uid, long removedBefore) {}

  private final CommandLog commands;
  private final Tables tables;
  private final Trash trash;
  private final Supplier<List<ServerInfo>> servers;

  @GuardedBy("this")
  private final List<Emptying> emptyings = new ArrayList<>();

  @GuardedBy("this")
  private long lookedNanos;

  @GuardedBy("this")
  private boolean urgent;

  @GuardedBy("this")
  private long roundNanos = System.nanoTime() - SHOWS_NANOS;

  /** After a start there may be directories whose restoring was interrupted. */
  @GuardedBy("this")
  private boolean restoring = true;

  /** Whatever was to go before it is gone. Confined to the thread. */
  private long goneBefore;

  public TrashKeeper(CommandLog commands, Tables tables, Supplier<List<ServerInfo>> servers) {
    thread.allowCoreThreadTimeOut(true);
    this.commands = commands;
    this.tables = tables;
    this.trash = tables.trash();
    this.servers = servers;
    this.lookedNanos = System.nanoTime();
  }

  /** Lets time pass; never waits. */
  public void tick(long nowNanos) {
    synchronized (this) {
      if (nowNanos - lookedNanos < LOOK_NANOS) {
        return;
      }
      lookedNanos = nowNanos;
    }
    if (tables.counter(Counter.TRASH_INODES) > 0) {
      thread.execute(this::work);
    }
  }

  /** A directory was restored, and what it held is to follow. */
  public void restoring() {
    synchronized (this) {
      restoring = true;
    }
    thread.execute(this::work);
  }

  public synchronized boolean isRestoring() {
    return restoring;
  }

  /** Removes what the caller has in the trash now; of everybody for the super-user. */
  public void empty(Caller caller) {
    synchronized (this) {
      emptyings.add(new Emptying(caller.uid(), tables.counter(Counter.APPLIED)));
    }
    thread.execute(this::work);
  }

  /** Whether the trash can make room for a chunk, or has just done so. */
  public synchronized boolean canMakeRoom(long chunkBytes) {
    return Space.of(servers.get()).lacks(chunkBytes)
        && (tables.counter(Counter.TRASH_INODES) > 0
            || System.nanoTime() - roundNanos < SHOWS_NANOS);
  }

  /** Has room made; completes when it is worth to look again, soon. */
  public CompletableFuture<Void> makeRoom() {
    synchronized (this) {
      urgent = true;
    }
    thread.execute(this::work);
    return CompletableFuture.runAsync(
        () -> {}, CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS));
  }

  private void work() {
    try {
      restore();
      empty();
      expire();
      relieve();
    } catch (RuntimeException e) {
      log.debug("the trash could not be tended; it is tried again", e);
    }
  }

  private void restore() {
    while (true) {
      synchronized (this) {
        if (!restoring) {
          return;
        }
        restoring = false;
      }
      for (InodeId directory : trash.restoring(BATCH)) {
        synchronized (this) {
          restoring = true;
        }
        submit(new Command.RestoreBelow(directory, now()));
      }
    }
  }

  private void empty() {
    while (true) {
      Emptying wish;
      synchronized (this) {
        if (emptyings.isEmpty()) {
          return;
        }
        wish = emptyings.remove(0);
      }
      try {
        boolean more = true;
        while (more) {
          more = empty(wish);
        }
      } catch (RuntimeException e) {
        synchronized (this) {
          emptyings.add(0, wish);
        }
        throw e;
      }
    }
  }

  /**
   * Goes through the trash once.
   *
   * @return whether something has gone: a directory that still held it comes later then, perhaps
   *     before the place where this was by then
   */
  private boolean empty(Emptying wish) {
    boolean gone = false;
    List<Due> page = trash.due(null, 0, BATCH);
    while (!page.isEmpty()) {
      Due last = page.get(page.size() - 1);
      page.removeIf(due -> !isMeant(wish, trash.find(due.parent(), due.inode())));
      purge(page);
      gone |= page.stream().anyMatch(due -> trash.find(due.parent(), due.inode()) == null);
      page = trash.due(last, 0, BATCH);
    }
    return gone;
  }

  private static boolean isMeant(
      Emptying wish, @org.jspecify.annotations.Nullable TrashEntry entry) {
    return entry != null
        && entry.removed() <= wish.removedBefore
        && (wish.uid == 0 || wish.uid == entry.uid());
  }

  private void expire() {
    long now = now().seconds();
    while (true) {
      List<Due> due = trash.due(null, goneBefore, BATCH);
      int over = due.size();
      due.removeIf(d -> d.expires() > now);
      purge(due);
      if (due.size() < BATCH || due.size() < over) {
        goneBefore = now;
        return;
      }
    }
  }

  /** Gives space back, of what would go next. */
  private void relieve() {
    Space space = Space.of(servers.get());
    synchronized (this) {
      long nowNanos = System.nanoTime();
      if (!(urgent || space.low()) || nowNanos - roundNanos < ROUND_NANOS) {
        return;
      }
      urgent = false;
      if (tables.counter(Counter.TRASH_INODES) == 0) {
        return;
      }
      roundNanos = nowNanos;
    }
    long wanted = Math.max(ROUND_BYTES, space.capacityBytes() / ROUND_SHARE);
    long given = 0;
    int inodes = 0;
    List<Due> due = trash.due(null, goneBefore, BATCH);
    while (given < wanted && !due.isEmpty()) {
      List<Due> next = new ArrayList<>();
      for (Due each : due) {
        TrashEntry entry = trash.find(each.parent(), each.inode());
        if (given < wanted) {
          next.add(each);
          given += entry == null ? 0 : entry.bytes();
        }
      }
      purge(next);
      inodes += next.size();
      due = trash.due(null, goneBefore, BATCH);
    }
    log.info(
        "space is low ({} of {} bytes free): {} inodes with {} bytes were removed from the trash"
            + " before their time",
        space.freeBytes(),
        space.capacityBytes(),
        inodes,
        given);
  }

  private void purge(List<Due> due) {
    if (!due.isEmpty()) {
      submit(new Command.PurgeTrash(due));
    }
  }

  private void submit(Command command) {
    try {
      commands.submit(command, false).join();
    } catch (java.util.concurrent.CompletionException e) {
      throw FsException.of(e);
    }
  }

  private static Timestamp now() {
    return Timestamp.of(Instant.now());
  }
}
