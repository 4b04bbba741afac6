package io.dfs.client.read;

import io.dfs.client.cache.Block;
import io.dfs.client.cache.BlockCache;
import io.dfs.client.cache.BlockKey;
import io.dfs.client.cache.DiskTier;
import io.dfs.client.chunk.Dataservers;
import io.dfs.client.chunk.GroupTable;
import io.dfs.client.meta.NameserverClient;
import io.dfs.client.read.Fetch.Waiter;
import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest.VerifyChunk;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings bytes of chunks from the block cache or from dataservers. Shared. Neighbouring blocks that
 * are missing come with one request; a block that is on its way is waited for, not asked for again.
 */
final class BlockFetcher {
  private static final Logger log = LoggerFactory.getLogger(BlockFetcher.class);
  private static final int BLOCK = Crc32c.BLOCK_BYTES;

  /** Requests end at these boundaries of the chunk, so that readers ask for the same runs. */
  private static final int RUN_BLOCKS = 16;

  private static final long MAKE_ROOM_NANOS = 50_000_000L;

  private static final int VERIFY_TIMEOUT_MS = 5000;

  private final BlockCache cache;
  private final @Nullable DiskTier disk;
  private final GroupTable groups;
  private final Dataservers dataservers;
  private final NameserverClient nameserver;
  private final ScheduledExecutorService timer;
  private final long deadlineNanos;
  private final long maxAheadBytes;
  private final AtomicLong aheadBytes = new AtomicLong();
  private final AtomicLong madeRoomNanos = new AtomicLong(System.nanoTime() - MAKE_ROOM_NANOS - 1);
  private final ConcurrentMap<BlockKey, Fetch> inFlight = new ConcurrentHashMap<>();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  BlockFetcher(
      BlockCache cache,
      @Nullable DiskTier disk,
      GroupTable groups,
      Dataservers dataservers,
      NameserverClient nameserver,
      ScheduledExecutorService timer,
      long deadlineNanos,
      long maxAheadBytes) {
    this.cache = cache;
    this.disk = disk;
    this.groups = groups;
    this.dataservers = dataservers;
    this.nameserver = nameserver;
    this.timer = timer;
    this.deadlineNanos = deadlineNanos;
    this.maxAheadBytes = maxAheadBytes;
  }

  /** Blocks that were in memory when somebody read them. */
  long hits() {
    return hits.sum();
  }

  /** Runs of blocks that somebody had to wait for. */
  long misses() {
    return misses.sum();
  }

  GroupTable groups() {
    return groups;
  }

  Dataservers dataservers() {
    return dataservers;
  }

  /** Bytes that lie within one block, if they are cached; the caller releases them. */
  @Nullable ByteBuf cached(ChunkId chunk, int start, int end) {
    int block = start / BLOCK;
    Block found = cache.get(new BlockKey(chunk.value(), block));
    if (found == null || found.length() < end - block * BLOCK) {
      return null;
    }
    hits.increment();
    return found.slice(start - block * BLOCK, end - start);
  }

  /** Puts the bytes of a chunk from {@code start} to {@code end} into the next places. */
  void fetch(Assembly assembly, ChunkId chunk, int start, int end) {
    int at = start;
    while (at < end) {
      int blockEnd = Math.min(end, (at / BLOCK + 1) * BLOCK);
      ByteBuf cached = cached(chunk, at, blockEnd);
      if (cached != null) {
        assembly.add(cached);
        at = blockEnd;
        continue;
      }
      at = wait(assembly, chunk, at, end);
    }
  }

  /** Waits for the fetch that brings the bytes at {@code at}; returns where its bytes end. */
  private int wait(Assembly assembly, ChunkId chunk, int at, int end) {
    int place = assembly.place();
    misses.increment();
    while (true) {
      Fetch fetch = inFlight.get(new BlockKey(chunk.value(), at / BLOCK));
      boolean mine = fetch == null;
      if (fetch == null) {
        fetch = register(chunk, at / BLOCK, (end - 1) / BLOCK, end);
        if (fetch == null) {
          continue;
        }
      }
      int to = Math.min(end, fetch.end());
      boolean joined = fetch.join(new Waiter(assembly, place, at, to));
      if (mine) {
        fetch.begin();
      }
      if (joined) {
        return to;
      }
      int blockEnd = Math.min(end, (at / BLOCK + 1) * BLOCK);
      ByteBuf cached = cached(chunk, at, blockEnd);
      if (cached != null) {
        assembly.fill(place, cached);
        return blockEnd;
      }
      // It came and was evicted at once, or failed: ask again.
      Thread.onSpinWait();
    }
  }

  /**
   * Makes a fetch of the run of missing blocks from {@code first} on; null if another was faster.
   */
  private @Nullable Fetch register(ChunkId chunk, int first, int last, int needEnd) {
    int end = Math.min(last, first / RUN_BLOCKS * RUN_BLOCKS + RUN_BLOCKS - 1);
    int block = first + 1;
    boolean onDisk = isOnDisk(new BlockKey(chunk.value(), first));
    while (block <= end && continues(new BlockKey(chunk.value(), block), onDisk)) {
      block++;
    }
    int count = block - first;
    int need = Math.min(needEnd, block * BLOCK);
    Fetch fetch = new Fetch(this, chunk, first, count, need, System.nanoTime() + deadlineNanos);
    if (inFlight.putIfAbsent(new BlockKey(chunk.value(), first), fetch) != null) {
      return null;
    }
    for (int i = 1; i < count; i++) {
      inFlight.putIfAbsent(new BlockKey(chunk.value(), first + i), fetch);
    }
    return fetch;
  }

  /** A run is all from the disk tier or all from a dataserver. */
  private boolean continues(BlockKey key, boolean onDisk) {
    return isMissing(key) && isOnDisk(key) == onDisk;
  }

  private boolean isOnDisk(BlockKey key) {
    return disk != null && disk.has(key);
  }

  private boolean isMissing(BlockKey key) {
    return !inFlight.containsKey(key) && cache.get(key) == null;
  }

  /** Starts to bring what is missing, if there is memory for it. */
  void ahead(ChunkId chunk, int start, int end) {
    int block = start / BLOCK;
    int last = (end - 1) / BLOCK;
    while (block <= last) {
      if (!isMissing(new BlockKey(chunk.value(), block))) {
        block++;
        continue;
      }
      if (aheadBytes.get() > maxAheadBytes) {
        return;
      }
      Fetch fetch = register(chunk, block, last, 0);
      if (fetch == null) {
        block++;
        continue;
      }
      aheadBytes.addAndGet((long) fetch.count * BLOCK);
      fetch.countAsAhead();
      fetch.begin();
      block += fetch.count;
    }
  }

  /**
   * Asks the disk tier.
   *
   * @return null when it does not have it all; else completes with the bytes, which the receiver
   *     releases, or with null when they are not there after all
   */
  @Nullable CompletableFuture<@Nullable ByteBuf> fromDisk(Fetch fetch, int needEnd) {
    return disk == null
        ? null
        : disk.read(
            new BlockKey(fetch.chunk.value(), fetch.firstBlock),
            fetch.count,
            needEnd - fetch.start());
  }

  /** A dataserver sent these verified bytes; not taken over. */
  void toDisk(Fetch fetch, ByteBuf bytes, int[] crcs) {
    if (disk != null) {
      disk.put(new BlockKey(fetch.chunk.value(), fetch.firstBlock), bytes, crcs);
    }
  }

  /** There was no memory to receive something: the cache gives some back. */
  void makeRoom() {
    long now = System.nanoTime();
    long last = madeRoomNanos.get();
    // All that fail at once ask for it at once.
    if (now - last > MAKE_ROOM_NANOS && madeRoomNanos.compareAndSet(last, now)) {
      log.warn("memory is short: the block cache gives back half; lower cache-memory");
      cache.shrink();
    }
  }

  /** A fetch has its answer; {@code bytes} is not taken over. */
  void ended(Fetch fetch, @Nullable ByteBuf bytes, boolean ahead) {
    if (bytes != null && bytes.isReadable()) {
      cache.put(new BlockKey(fetch.chunk.value(), fetch.firstBlock), bytes);
    }
    for (int i = 0; i < fetch.count; i++) {
      inFlight.remove(new BlockKey(fetch.chunk.value(), fetch.firstBlock + i), fetch);
    }
    if (ahead) {
      aheadBytes.addAndGet(-(long) fetch.count * BLOCK);
    }
  }

  /** What came was shorter than this reader needs, because the chunk grew: asks anew. */
  void again(ChunkId chunk, Waiter w) {
    Fetch fetch =
        new Fetch(
            this,
            chunk,
            w.start() / BLOCK,
            (w.end() - 1) / BLOCK - w.start() / BLOCK + 1,
            w.end(),
            System.nanoTime() + deadlineNanos);
    fetch.join(w);
    fetch.begin();
  }

  void later(Runnable task, int delayMs) {
    try {
      timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // Being closed: connections fail what is under way.
    }
  }

  void report(ChunkId chunk, NodeId node, FsException problem) {
    log.warn("chunk {} on {}: {}; reading another copy", chunk, node, problem.getMessage());
    if (problem.errno() == Errno.EBADMSG) {
      // The server shall look for itself, and set its copy aside when it is bad.
      dataservers
          .ask(node, new VerifyChunk(chunk), VERIFY_TIMEOUT_MS, false)
          .whenComplete(
              (response, failure) -> {
                if (response != null) {
                  response.payload().release();
                }
              });
    }
    nameserver
        .query(
            new Query.ReportReplica(chunk, node, String.valueOf(problem.getMessage())),
            Reply.Done.class)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("reporting a bad replica of {} failed", chunk, failure);
              }
            });
  }
}
