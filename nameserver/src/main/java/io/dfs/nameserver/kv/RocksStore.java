package io.dfs.nameserver.kv;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Checkpoint;
import org.rocksdb.CompressionType;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A store in a directory, by RocksDB. Shared. Memory is bounded whatever the size of the tree:
 * indexes and filters live in the block cache, partitioned, and few files are open at once.
 *
 * <p>Every use holds {@link #life} for reading and {@link #close} takes it for writing, because a
 * call into a closed database would end the process.
 */
public final class RocksStore implements KeyValueStore {
  static {
    RocksDB.loadLibrary();
  }

  /** Two memtables: one takes writes while the other goes to disk. */
  private static final long MEMTABLE_BYTES = 16L << 20;

  /** Of the memtable's bytes, for a filter that answers most questions for what is not there. */
  private static final double MEMTABLE_BLOOM = 0.05;

  /** A table file takes a descriptor and some KiB; 256 of them hold 16 GiB. */
  private static final int OPEN_FILES = 256;

  private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();

  @GuardedBy("life")
  private boolean closed;

  private final LRUCache cache;
  private final BloomFilter filter = new BloomFilter(10, false);
  private final Options options = new Options();
  private final WriteOptions writing = new WriteOptions();
  private final ReadOptions reading = new ReadOptions();
  private final RocksDB db;

  private RocksStore(Path directory, long cacheBytes) throws RocksDBException {
    cache = new LRUCache(cacheBytes);
    options
        .setCreateIfMissing(true)
        .setWriteBufferSize(MEMTABLE_BYTES)
        .setMaxWriteBufferNumber(2)
        .setMemtablePrefixBloomSizeRatio(MEMTABLE_BLOOM)
        .setMemtableWholeKeyFiltering(true)
        .setMaxOpenFiles(OPEN_FILES)
        .setMaxBackgroundJobs(2)
        .setMaxTotalWalSize(64L << 20)
        .setLevelCompactionDynamicLevelBytes(true)
        .setBytesPerSync(1L << 20)
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setKeepLogFileNum(2)
        .setMaxLogFileSize(4L << 20)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setTableFormatConfig(
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(filter)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinTopLevelIndexAndFilter(true)
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setOptimizeFiltersForMemory(true));
    db = RocksDB.open(options, directory.toString());
  }

  /**
   * Opens or creates a store.
   *
   * @param cacheBytes the block cache, the greater part of what the store takes of memory
   */
  public static RocksStore open(Path directory, long cacheBytes) {
    try {
      return new RocksStore(directory, cacheBytes);
    } catch (RocksDBException e) {
      throw new FsException(
          Errno.EIO, "cannot open the database in " + directory + ": " + e.getMessage(), e);
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return get(reading, key);
  }

  private byte @Nullable [] get(ReadOptions how, byte[] key) {
    enter();
    try {
      return db.get(how, key);
    } catch (RocksDBException e) {
      throw failed("read", e);
    } finally {
      life.readLock().unlock();
    }
  }

  @Override
  public Cursor scan(byte[] from, byte[] to) {
    return new Walk(null, from, to);
  }

  @Override
  public @Nullable Entry last(byte[] from, byte[] to) {
    return last(null, from, to);
  }

  private @Nullable Entry last(org.rocksdb.@Nullable Snapshot at, byte[] from, byte[] to) {
    enter();
    try (Slice lower = new Slice(from);
        Slice upper = new Slice(to);
        ReadOptions how = options(at).setIterateLowerBound(lower).setIterateUpperBound(upper);
        RocksIterator i = db.newIterator(how)) {
      i.seekToLast();
      if (i.isValid()) {
        return new Entry(i.key(), i.value());
      }
      i.status();
      return null;
    } catch (RocksDBException e) {
      throw failed("read", e);
    } finally {
      life.readLock().unlock();
    }
  }

  private static ReadOptions options(org.rocksdb.@Nullable Snapshot at) {
    ReadOptions how = new ReadOptions();
    return at == null ? how : how.setSnapshot(at);
  }

  @Override
  public Snapshot snapshot() {
    enter();
    try {
      return new Frozen(db.getSnapshot());
    } finally {
      life.readLock().unlock();
    }
  }

  @Override
  public void write(SortedMap<byte[], byte @Nullable []> changes) {
    enter();
    try (WriteBatch batch = new WriteBatch()) {
      for (Map.Entry<byte[], byte @Nullable []> change : changes.entrySet()) {
        byte[] value = change.getValue();
        if (value == null) {
          batch.delete(change.getKey());
        } else {
          batch.put(change.getKey(), value);
        }
      }
      db.write(writing, batch);
    } catch (RocksDBException e) {
      throw failed("write", e);
    } finally {
      life.readLock().unlock();
    }
  }

  /**
   * Writes the store as it is now into a new directory beside its own, which {@link #open} opens.
   * Costs no copy where hard links can be made, and waits for no writer.
   */
  public void checkpoint(Path directory) {
    enter();
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(directory.toString());
    } catch (RocksDBException e) {
      throw failed("take a checkpoint of", e);
    } finally {
      life.readLock().unlock();
    }
  }

  @Override
  public void sync() {
    enter();
    try {
      db.syncWal();
    } catch (RocksDBException e) {
      throw failed("sync", e);
    } finally {
      life.readLock().unlock();
    }
  }

  @Override
  public void close() {
    life.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        db.close();
        reading.close();
        writing.close();
        options.close();
        filter.close();
        cache.close();
      }
    } finally {
      life.writeLock().unlock();
    }
  }

  private void enter() {
    life.readLock().lock();
    if (closed) {
      life.readLock().unlock();
      throw new FsException(Errno.EHOSTUNREACH, "the nameserver is stopping; try again");
    }
  }

  private static FsException failed(String what, RocksDBException e) {
    return new FsException(
        Errno.EIO,
        "cannot " + what + " the nameserver's database: " + e.getMessage() + "; check its disk",
        e);
  }

  /** The database at one moment. */
  private final class Frozen implements Snapshot {
    private final org.rocksdb.Snapshot at;
    private final ReadOptions how;

    Frozen(org.rocksdb.Snapshot at) {
      this.at = at;
      this.how = options(at);
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
      return RocksStore.this.get(how, key);
    }

    @Override
    public Cursor scan(byte[] from, byte[] to) {
      return new Walk(at, from, to);
    }

    @Override
    public @Nullable Entry last(byte[] from, byte[] to) {
      return RocksStore.this.last(at, from, to);
    }

    @Override
    public void close() {
      life.readLock().lock();
      try {
        how.close();
        if (!closed) {
          db.releaseSnapshot(at);
        }
      } finally {
        life.readLock().unlock();
      }
    }
  }

  /** An iterator, which keeps the store from being closed as long as it is open. */
  private final class Walk implements Cursor {
    private final Slice lower;
    private final Slice upper;
    private final ReadOptions how;
    private final RocksIterator iterator;
    private boolean begun;
    private boolean ended;
    private boolean done;

    Walk(org.rocksdb.@Nullable Snapshot at, byte[] from, byte[] to) {
      enter();
      lower = new Slice(from);
      upper = new Slice(to);
      how = options(at).setIterateLowerBound(lower).setIterateUpperBound(upper);
      iterator = db.newIterator(how);
    }

    @Override
    public @Nullable Entry next() {
      if (ended) {
        return null;
      }
      if (begun) {
        iterator.next();
      } else {
        iterator.seekToFirst();
        begun = true;
      }
      if (iterator.isValid()) {
        return new Entry(iterator.key(), iterator.value());
      }
      ended = true;
      try {
        iterator.status();
      } catch (RocksDBException e) {
        throw failed("read", e);
      }
      return null;
    }

    @Override
    public void close() {
      if (!done) {
        done = true;
        iterator.close();
        how.close();
        upper.close();
        lower.close();
        life.readLock().unlock();
      }
    }
  }
}
