package io.dfs.client.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.client.cache.DiskIndex.Entry;
import io.dfs.common.checksum.Crc32c;
import io.dfs.common.net.NetThreads;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks on a local disk, below those in memory. Shared.
 *
 * <p>What is fetched is written, rather than what memory evicts: the checksums of the dataserver
 * are at hand then, and after a kill or a power cut the cache is as warm as before. One thread
 * writes, scans and evicts; when it does not keep up, what does not fit its queue is not kept. An
 * entry is verified each time it is read, and a damaged one is a miss.
 *
 * <pre>
 * OPEN -- begin() --> SCANNING (all reads are misses, writes are queued) --> READY
 * any -- the disk fails or is full, another cluster's blocks, close() --> OFF
 * </pre>
 */
public final class DiskTier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DiskTier.class);

  /** Bytes that wait to be written: a burst of read-ahead, no more. */
  private static final int MAX_QUEUED_BYTES = 16 << 20;

  /** Of small buffers, too. */
  private static final int MAX_QUEUED_TASKS = 1024;

  /** An SSD wants a few at once; what does not fit the queue asks the dataservers. */
  private static final int READERS = 4;

  private static final int MAX_QUEUED_READS = 256;

  /** What is left to write at the end gets so long. */
  private static final int DRAIN_MS = 2000;

  /** For the process that this one takes over from to end. */
  private static final int LOCK_MS = 10_000;

  private interface Step {
    void run() throws IOException;
  }

  private record Task(int bytes, Step step, Runnable release) {}

  private final CacheDirectory directory;
  private final Path blocks;
  private final long maxBytes;
  private final DiskIndex index = new DiskIndex();
  private final Thread writer = new Thread(this::work, "dfs-cache-disk");
  private final ThreadPoolExecutor readers;
  private volatile boolean off = true;

  @GuardedBy("this")
  private final ArrayDeque<Task> queue = new ArrayDeque<>();

  @GuardedBy("this")
  private long queuedBytes;

  @GuardedBy("this")
  private boolean closed;

  private DiskTier(CacheDirectory directory, long maxBytes) {
    this.directory = directory;
    this.blocks = directory.blocks();
    this.maxBytes = maxBytes;
    this.readers =
        new ThreadPoolExecutor(
            READERS,
            READERS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_QUEUED_READS),
            task -> {
              Thread thread = new Thread(task, "dfs-cache-read");
              thread.setDaemon(true);
              return thread;
            });
    readers.allowCoreThreadTimeOut(true);
    writer.setDaemon(true);
  }

  /**
   * Locks the directory; nothing is used of it before {@link #begin}.
   *
   * @throws io.dfs.common.error.FsException EBUSY when another client uses it, EIO when it cannot
   *     be used
   */
  public static DiskTier open(Path path, long maxBytes) {
    return open(path, maxBytes, false);
  }

  /**
   * As above.
   *
   * @param heir another process still uses the directory, and ends about when {@link #begin} is
   *     called: it is locked then
   */
  public static DiskTier open(Path path, long maxBytes, boolean heir) {
    return new DiskTier(heir ? CacheDirectory.unlocked(path) : CacheDirectory.open(path), maxBytes);
  }

  /** Begins to use what is there if it is of this cluster. Does not wait for the scan. */
  public void begin(String clusterId) {
    synchronized (this) {
      if (closed || writer.getState() != Thread.State.NEW) {
        return;
      }
      off = false;
      enqueue(new Task(0, () -> claim(clusterId), () -> {}));
      writer.start();
    }
  }

  private void claim(String clusterId) throws IOException {
    if (!directory.awaitLock(LOCK_MS)) {
      off = true;
      log.warn("cache-dir {} is in use by another client and is not used", directory.path());
      return;
    }
    if (!directory.claim(clusterId)) {
      off = true;
      log.warn(
          "cache-dir {} holds blocks of another cluster and is not used; empty it, or give this"
              + " mount one of its own",
          directory.path());
      return;
    }
    scan();
  }

  /** Whether blocks are taken and given. */
  public boolean isOn() {
    return !off;
  }

  public long bytes() {
    return index.bytes();
  }

  public boolean has(BlockKey key) {
    return !off && index.get(key) != null;
  }

  // ---- reading

  /**
   * Whole neighbouring blocks, the last possibly short, as one buffer.
   *
   * @param needBytes what it must have at least
   * @return null when they are not all here; else completes on a thread of the tier with the
   *     buffer, which the receiver releases, or with null when they are not here after all
   */
  public @Nullable CompletableFuture<@Nullable ByteBuf> read(
      BlockKey first, int count, int needBytes) {
    if (off) {
      return null;
    }
    List<Entry> entries = new ArrayList<>(count);
    int length = 0;
    for (int i = 0; i < count; i++) {
      Entry entry = index.get(new BlockKey(first.chunk(), first.block() + i));
      if (entry == null || length != i * Crc32c.BLOCK_BYTES) {
        return null;
      }
      entries.add(entry);
      length += entry.length;
    }
    if (length < needBytes) {
      return null;
    }
    int total = length;
    CompletableFuture<@Nullable ByteBuf> result = new CompletableFuture<>();
    try {
      readers.execute(() -> result.complete(read(entries, total)));
    } catch (RejectedExecutionException e) {
      return null;
    }
    return result;
  }

  private @Nullable ByteBuf read(List<Entry> entries, int length) {
    ByteBuf all;
    try {
      all = NetThreads.allocator().directBuffer(length, length);
    } catch (OutOfMemoryError e) {
      return null;
    }
    for (Entry entry : entries) {
      if (!read(entry, all)) {
        all.release();
        return null;
      }
    }
    return all;
  }

  private boolean read(Entry entry, ByteBuf into) {
    try {
      if (BlockFile.read(BlockFile.path(blocks, entry.key), entry.key, entry.length, into)) {
        entry.used = true;
        return true;
      }
      if (index.get(entry.key) == entry) {
        log.warn("block {} in cache-dir {} is damaged; fetching it", entry.key, directory.path());
      }
    } catch (NoSuchFileException e) {
      log.debug("block {} is not in the cache any more", entry.key);
    } catch (IOException e) {
      fail(e);
      return false;
    }
    enqueue(new Task(0, () -> delete(entry), () -> {}));
    return false;
  }

  // ---- writing

  /**
   * Keeps blocks soon, if there is room in the queue and they are not here yet.
   *
   * @param data whole blocks from the first one on, the last possibly short; not taken over
   * @param crcs of each block
   */
  public void put(BlockKey first, ByteBuf data, int[] crcs) {
    if (off || !data.isReadable()) {
      return;
    }
    ByteBuf kept = data.retainedSlice();
    Task task = new Task(kept.readableBytes(), () -> write(first, kept, crcs), kept::release);
    if (!enqueue(task)) {
      kept.release();
    }
  }

  private boolean enqueue(Task task) {
    synchronized (this) {
      if (closed
          || queue.size() >= MAX_QUEUED_TASKS
          || queuedBytes + task.bytes() > MAX_QUEUED_BYTES) {
        return false;
      }
      queue.add(task);
      queuedBytes += task.bytes();
      notifyAll();
      return true;
    }
  }

  private void work() {
    while (true) {
      Task task;
      synchronized (this) {
        while (queue.isEmpty() && !closed) {
          try {
            wait();
          } catch (InterruptedException e) {
            closed = true;
          }
        }
        task = queue.poll();
        if (task == null) {
          return;
        }
      }
      try {
        if (!off) {
          task.step().run();
        }
      } catch (IOException | RuntimeException e) {
        fail(e);
      } finally {
        task.release().run();
        synchronized (this) {
          queuedBytes -= task.bytes();
        }
      }
    }
  }

  private void write(BlockKey first, ByteBuf data, int[] crcs) throws IOException {
    for (int i = 0; i < crcs.length && !off; i++) {
      int from = i * Crc32c.BLOCK_BYTES;
      int length = Math.min(Crc32c.BLOCK_BYTES, data.readableBytes() - from);
      BlockKey key = new BlockKey(first.chunk(), first.block() + i);
      Entry old = index.get(key);
      if (old != null && old.length >= length) {
        continue;
      }
      if (old != null) {
        index.remove(old);
      }
      Path path = BlockFile.path(blocks, key);
      Files.createDirectories(path.getParent());
      makeRoom(BlockFile.diskBytes(length));
      BlockFile.write(path, key, data, data.readerIndex() + from, length, crcs[i]);
      index.add(key, length);
    }
  }

  private void makeRoom(long wanted) throws IOException {
    while (index.bytes() + wanted > maxBytes) {
      Entry entry = index.evict();
      if (entry == null) {
        return;
      }
      Files.deleteIfExists(BlockFile.path(blocks, entry.key));
    }
  }

  private void delete(Entry entry) throws IOException {
    // Unless a good one has taken its place.
    if (index.remove(entry)) {
      Files.deleteIfExists(BlockFile.path(blocks, entry.key));
    }
  }

  private record Found(BlockKey key, int length, long modified) {}

  /** Finds what an earlier client has left; oldest first, so that it goes first. */
  private void scan() throws IOException {
    List<Found> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(blocks)) {
      for (Path folder : folders) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
          for (Path file : files) {
            if (off) {
              return;
            }
            Found f = found(file);
            if (f == null) {
              Files.deleteIfExists(file);
            } else {
              found.add(f);
            }
          }
        }
      }
    } catch (java.nio.file.DirectoryIteratorException e) {
      throw e.getCause();
    }
    found.sort(Comparator.comparingLong(Found::modified));
    for (Found f : found) {
      index.add(f.key(), f.length());
    }
    makeRoom(0);
  }

  private static @Nullable Found found(Path file) throws IOException {
    BlockKey key = BlockFile.key(String.valueOf(file.getFileName()));
    long length = Files.size(file) - BlockFile.HEADER_BYTES;
    return key == null || length <= 0 || length > Crc32c.BLOCK_BYTES
        ? null
        : new Found(key, (int) length, Files.getLastModifiedTime(file).toMillis());
  }

  private void fail(Exception problem) {
    synchronized (this) {
      if (off) {
        return;
      }
      off = true;
    }
    log.warn(
        "cache-dir {} is not used any more: {}; reading goes on without it",
        directory.path(),
        problem.toString());
  }

  /** Writes what is queued, within some seconds. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      if (writer.getState() != Thread.State.NEW) {
        writer.join(DRAIN_MS);
      }
      off = true;
      readers.shutdown();
      writer.join(DRAIN_MS);
      if (!readers.awaitTermination(DRAIN_MS, TimeUnit.MILLISECONDS)) {
        log.warn("cache-dir {}: its disk does not answer", directory.path());
      }
    } catch (InterruptedException e) {
      off = true;
      readers.shutdown();
      Thread.currentThread().interrupt();
    }
    directory.close();
  }
}
