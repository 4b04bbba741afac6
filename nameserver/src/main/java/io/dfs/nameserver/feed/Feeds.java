package io.dfs.nameserver.feed;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The long answers that are being fetched. Shared, guarded by itself. */
public final class Feeds implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Feeds.class);

  /** Each has a thread and some MiB, and most of them read the whole tree. */
  private static final int MAX_FEEDS = 4;

  /** Makes an answer; it may wait, and gives up when {@code out} fails. */
  @FunctionalInterface
  public interface Maker {
    void make(OutputStream out) throws IOException;
  }

  private record Running(Feed feed, Thread thread) {}

  @GuardedBy("this")
  private final Map<Long, Running> feeds = new HashMap<>();

  @GuardedBy("this")
  private boolean closed;

  /**
   * Begins to make an answer; EAGAIN when too many are being made.
   *
   * @param what for the log and the name of the thread
   */
  public synchronized Reply open(String what, Maker maker) {
    if (closed || feeds.size() >= MAX_FEEDS) {
      throw new FsException(
          Errno.EAGAIN,
          "the nameserver has "
              + feeds.size()
              + " backups, dumps and checks under way; try again when one has ended");
    }
    Feed feed = new Feed(System.nanoTime());
    long id = 1 + ThreadLocalRandom.current().nextLong(Long.MAX_VALUE - 1);
    Thread thread = new Thread(() -> run(what, maker, feed), "dfs-" + what);
    thread.setDaemon(true);
    feeds.put(id, new Running(feed, thread));
    thread.start();
    return new Reply.FeedOpened(id);
  }

  private static void run(String what, Maker maker, Feed feed) {
    try {
      maker.make(feed);
      feed.close();
    } catch (IOException | RuntimeException e) {
      log.warn("a {} was not finished: {}", what, e.toString());
      feed.fail(
          e instanceof FsException known
              ? known
              : new FsException(Errno.EIO, "the " + what + " was not finished: " + e, e));
    }
  }

  public CompletableFuture<Reply> read(long id, long offset) {
    Running running;
    synchronized (this) {
      running = feeds.get(id);
    }
    if (running == null) {
      throw unknown();
    }
    return running.feed.read(offset, System.nanoTime());
  }

  static FsException unknown() {
    return new FsException(
        Errno.ESTALE, "the nameserver has given this answer up, or was restarted; begin again");
  }

  /** The client has it all, or wants no more. */
  public void done(long id) {
    Running running;
    synchronized (this) {
      running = feeds.remove(id);
    }
    if (running != null) {
      running.feed.give();
    }
  }

  /** Lets time pass. */
  public void tick(long nowNanos) {
    Map<Long, Running> now;
    synchronized (this) {
      now = Map.copyOf(feeds);
    }
    now.forEach(
        (id, running) -> {
          if (running.feed.tick(nowNanos)) {
            done(id);
          }
        });
  }

  /** Ends all of them and waits until they have left the store alone. */
  @Override
  public void close() {
    List<Running> left;
    synchronized (this) {
      closed = true;
      left = new ArrayList<>(feeds.values());
      feeds.clear();
    }
    for (Running running : left) {
      running.feed.give();
      running.thread.interrupt();
    }
    try {
      for (Running running : left) {
        running.thread.join(10_000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
