package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.TimeUnit;

/**
 * Adds up what directories hold, several at once. Shared by its threads; remembers a number for
 * each file that has further names, so that it counts once.
 */
final class DiskUse {
  /** Listing is mostly waiting for answers. */
  private static final int THREADS = 16;

  /** So many directories of one are under way at once: a bound on what is remembered of them. */
  private static final int BATCH = 256;

  /**
   * What a directory holds with all below it.
   *
   * @param bytes the lengths of the files
   * @param stored what they take on the dataservers, every copy counted
   * @param inodes files and directories, itself too
   */
  record Sum(long bytes, long stored, long inodes) {
    Sum plus(Sum other) {
      return new Sum(bytes + other.bytes, stored + other.stored, inodes + other.inodes);
    }
  }

  /** Is told of each directory after those in it, from several threads, one at a time. */
  interface Listener {
    void counted(String directory, Sum sum);

    void failed(String directory, FsException why);
  }

  private final Dfs dfs;
  private final Listener listener;
  private final Set<InodeId> linked = ConcurrentHashMap.newKeySet();

  DiskUse(Dfs dfs, Listener listener) {
    this.dfs = dfs;
    this.listener = listener;
  }

  /** What {@code path} is, or holds. */
  Sum of(String path) {
    Attr attr = dfs.lstat(path);
    if (!attr.isDirectory()) {
      return one(attr);
    }
    ForkJoinPool threads =
        new ForkJoinPool(
            THREADS,
            ForkJoinPool.defaultForkJoinWorkerThreadFactory,
            null,
            false,
            THREADS,
            THREADS,
            1,
            pool -> true, // who waits is not replaced: the bound is on questions under way
            1,
            TimeUnit.SECONDS);
    try {
      return threads.invoke(new Directory(path, attr));
    } finally {
      threads.shutdown();
    }
  }

  private Sum one(Attr attr) {
    if (!attr.isDirectory() && attr.nlink() > 1 && !linked.add(attr.inode())) {
      return new Sum(0, 0, 0);
    }
    long length = attr.isDirectory() ? 0 : attr.sizeBytes();
    return new Sum(length, attr.allocatedBytes() * attr.settings().replicas(), 1);
  }

  /** Counts one directory. */
  private final class Directory extends RecursiveTask<Sum> {
    private static final long serialVersionUID = 1;

    private final transient String path;
    private final transient Attr attr;
    private transient Sum sum = new Sum(0, 0, 0);

    Directory(String path, Attr attr) {
      this.path = path;
      this.attr = attr;
    }

    @Override
    protected Sum compute() {
      sum = one(attr);
      List<Directory> below = new ArrayList<>();
      try {
        dfs.list(
            path,
            entry -> {
              if (!entry.attr().isDirectory()) {
                sum = sum.plus(one(entry.attr()));
                return;
              }
              below.add(new Directory(DfsPaths.child(path, entry.name()), entry.attr()));
              if (below.size() == BATCH) {
                count(below);
              }
            });
      } catch (FsException e) {
        if (e.errno() != Errno.ENOENT) {
          synchronized (listener) {
            listener.failed(path, e);
          }
        }
      }
      count(below);
      synchronized (listener) {
        listener.counted(path, sum);
      }
      return sum;
    }

    private void count(List<Directory> directories) {
      for (Directory each : ForkJoinTask.invokeAll(directories)) {
        sum = sum.plus(each.join());
      }
      directories.clear();
    }
  }
}
