package io.dfs.client.transfer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The copy of one file, range by range, several at once. Shared by the threads of the copy. The
 * first failure stops the others at their next piece.
 */
final class Ranges {
  /** Bytes of the file from one offset to another. */
  record Range(long from, long to) {}

  /** Copies a range, telling {@link #moved} of its pieces. */
  interface Copy {
    void copy(Range range) throws IOException;
  }

  /** Somebody else has failed. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final int THREADS = 4;

  private final LongConsumer progress;
  private final AtomicInteger next = new AtomicInteger();

  @GuardedBy("this")
  private long done;

  @GuardedBy("this")
  private @Nullable Throwable failure;

  /**
   * @param done bytes that are there already; told at once
   * @param progress is told how many are, one call after another
   */
  Ranges(long done, LongConsumer progress) {
    this.progress = progress;
    this.done = done;
    progress.accept(done);
  }

  /** So many more bytes are there. */
  synchronized void moved(long bytes) {
    if (failure != null) {
      throw new Stopped();
    }
    done += bytes;
    progress.accept(done);
  }

  /** The parts of {@code ranges} when cut where the file's segments end. */
  static List<Range> cut(List<Range> ranges, long segmentBytes) {
    List<Range> cut = new ArrayList<>();
    for (Range range : ranges) {
      for (long at = range.from(); at < range.to(); ) {
        long end = Math.min(range.to(), (at / segmentBytes + 1) * segmentBytes);
        cut.add(new Range(at, end));
        at = end;
      }
    }
    return cut;
  }

  /**
   * What lies between the sorted ranges that are {@code there} and up to {@code size}; overlaps do
   * not matter.
   */
  static List<Range> missing(List<Range> there, long size) {
    List<Range> missing = new ArrayList<>();
    long at = 0;
    for (Range range : there) {
      if (range.from() > at && at < size) {
        missing.add(new Range(at, Math.min(size, range.from())));
      }
      at = Math.max(at, range.to());
    }
    if (at < size) {
      missing.add(new Range(at, size));
    }
    return missing;
  }

  static long bytes(List<Range> ranges) {
    return ranges.stream().mapToLong(r -> r.to() - r.from()).sum();
  }

  /** Copies all, on this thread and some more when there are several. */
  void copyAll(List<Range> ranges, Copy copy) throws IOException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < Math.min(THREADS, ranges.size()); i++) {
      Thread thread = new Thread(() -> work(ranges, copy), "dfs-copy-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    work(ranges, copy);
    for (Thread thread : threads) {
      join(thread);
    }
    Throwable failed;
    synchronized (this) {
      failed = failure;
    }
    if (failed instanceof IOException e) {
      throw e;
    } else if (failed instanceof RuntimeException e) {
      throw e;
    } else if (failed instanceof Error e) {
      throw e;
    } else if (failed != null) {
      throw FsException.of(failed);
    }
  }

  private void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        // They use what the caller will close: only stop them sooner.
        interrupted = true;
        fail(new Stopped());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(List<Range> ranges, Copy copy) {
    try {
      for (int i = next.getAndIncrement(); i < ranges.size(); i = next.getAndIncrement()) {
        moved(0);
        copy.copy(ranges.get(i));
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private synchronized void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
  }
}
