package io.dfs.dataserver.store;

import com.google.errorprone.annotations.Var;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One directory of chunks, locked against other processes. Shared.
 *
 * <pre>
 * dfs-dataserver            identity
 * dfs-lock                  locked while a server runs
 * dfs-counters              chunks and bytes, a hint until the next inventory
 * dfs-scrub                 how far scrubbing is
 * quarantine/               damaged chunk files: {@link Quarantine}
 * chunks/XX/YY/ID.chunk     XX, YY from a hash of the id: 65,536 folders, of which 100 million chunks fill
 *                           each with some 1,500
 * </pre>
 *
 * <p>The threads of a disk write, sync and open its chunks, so that a slow disk delays no other.
 * Their queue has no bound of its own: each task belongs to a call, and the network bounds those.
 */
final class Disk implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Disk.class);
  private static final String LOCK = "dfs-lock";
  private static final String OUT_OF_DESCRIPTORS = "Too many open files";
  private static final String PROBE = "dfs-probe";

  /** A small write to the page cache takes a hundredth of it; one that waits for a disk more. */
  private static final long QUICK_NANOS = 2_000_000;

  /** So long the disk counts as slow after one write that was. */
  private static final long SLOW_NANOS = 1_000_000_000;

  private final Path directory;
  private final FileChannel lockFile;

  /** Tells directories of one filesystem, which share its space, from those that have their own. */
  private final Object filesystem;

  private final long reserve;
  private final ThreadPoolExecutor writers;
  private final ThreadPoolExecutor syncers;

  final Counters counters;
  private final Quarantine quarantine = new Quarantine(this);

  /** Free bytes when last asked, less what was written since. */
  private final AtomicLong free = new AtomicLong();

  private volatile Identity identity;
  private volatile boolean failed;
  private volatile boolean slow;
  private volatile long slowSince;

  private Disk(Path directory, FileChannel lockFile, Identity identity, long reserve, int threads)
      throws IOException {
    this.directory = directory;
    this.lockFile = lockFile;
    this.identity = identity;
    this.reserve = reserve;
    this.filesystem = Files.getAttribute(directory, "unix:dev");
    this.counters = Counters.read(directory);
    this.writers = pool("write " + directory.getFileName(), threads);
    this.syncers = pool("sync " + directory.getFileName(), threads);
    refresh();
  }

  private static ThreadPoolExecutor pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Locks a directory, making it when it is not there.
   *
   * @param fresh its identity when it has none
   * @throws FsException with one line for the operator
   */
  static Disk open(Path directory, Identity fresh, long reserve, int threads) {
    try {
      Files.createDirectories(directory);
      if (Identity.read(directory).isEmpty()) {
        refuseForeignFiles(directory);
      }
      FileChannel lockFile = lock(directory);
      try {
        Identity identity = Identity.read(directory).orElse(fresh);
        identity.write(directory);
        Files.createDirectories(directory.resolve("chunks"));
        return new Disk(directory, lockFile, identity, reserve, threads);
      } catch (IOException | RuntimeException e) {
        lockFile.close();
        throw e;
      }
    } catch (IOException e) {
      throw new FsException(
          Errno.EACCES,
          "cannot use directory "
              + directory
              + ": "
              + reason(e)
              + "; is it writable for this user?",
          e);
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.AccessDeniedException
        ? "permission denied"
        : e instanceof java.nio.file.FileAlreadyExistsException
            ? "it is not a directory"
            : String.valueOf(e.getMessage());
  }

  private static void refuseForeignFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.equals("lost+found") && !name.startsWith("dfs-"))
          .findAny()
          .ifPresent(
              name -> {
                throw new FsException(
                    Errno.ENOTEMPTY,
                    String.format(
                        "directory %s is not empty (%s) and not of dfs; name an empty one",
                        directory, name));
              });
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel file =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = file.tryLock();
      if (lock != null) {
        return file;
      }
    } catch (OverlappingFileLockException e) {
      log.debug("{} is locked by this process", directory);
    } catch (IOException e) {
      file.close();
      throw e;
    }
    file.close();
    throw new FsException(
        Errno.EBUSY, "directory " + directory + " is in use by another dataserver; stop it first");
  }

  Identity identity() {
    return identity;
  }

  void adopt(Identity next) throws IOException {
    if (!next.equals(identity)) {
      next.write(directory);
      identity = next;
    }
  }

  Path directory() {
    return directory;
  }

  Path chunks() {
    return directory.resolve("chunks");
  }

  /** Where a chunk is, if it is on this disk. */
  Path path(ChunkId chunk) {
    return folder((int) (hash(chunk) >>> 48)).resolve(chunk.hex() + ".chunk");
  }

  /** Multiplied by 2^64 / phi: neighbouring sequences, which are written together, spread. */
  static long hash(ChunkId chunk) {
    return chunk.value() * 0x9E3779B97F4A7C15L;
  }

  /** The folder of chunks whose hash begins with these 16 bits. */
  Path folder(int number) {
    return directory.resolve(
        String.format(Locale.ROOT, "chunks/%02x/%02x", number >>> 8, number & 0xFF));
  }

  Quarantine quarantine() {
    return quarantine;
  }

  /** Whether writes or syncs are under way. */
  boolean isBusy() {
    return writers.getActiveCount() + syncers.getActiveCount() > 0;
  }

  ExecutorService writers() {
    return writers;
  }

  ExecutorService syncers() {
    return syncers;
  }

  /** Whether small writes have lately not waited for the disk, so that any thread may make them. */
  boolean isQuick() {
    return !slow || System.nanoTime() - slowSince > SLOW_NANOS;
  }

  /** How long a small write took. */
  void took(long nanos) {
    if (nanos > QUICK_NANOS) {
      slowSince = System.nanoTime();
      slow = true;
    } else if (slow) {
      slow = false;
    }
  }

  boolean isFailed() {
    return failed;
  }

  /** What may still be written, the reserve already off. */
  long freeBytes() {
    return Math.max(0, free.get());
  }

  long capacityBytes() {
    return directory.toFile().getTotalSpace();
  }

  /** Takes space off before it is written; ENOSPC when the reserve would be touched. */
  void reserve(long bytes) {
    if (free.addAndGet(-bytes) < 0) {
      refresh();
      if (free.addAndGet(-bytes) < 0) {
        throw new FsException(
            Errno.ENOSPC,
            "disk " + directory + " is full to its reserve of " + reserve + " bytes; add a disk");
      }
    }
  }

  /** Asks the system for the free space again. */
  void refresh() {
    free.set(directory.toFile().getUsableSpace() - reserve);
  }

  void checkWritable() {
    if (failed) {
      throw new FsException(
          Errno.EIO, "disk " + directory + " has failed and takes no more writes; replace it");
    }
  }

  /** Makes a new chunk's directory entry, and those of its folders, survive a power cut. */
  void syncEntry(ChunkId chunk) throws IOException {
    @Var Path folder = path(chunk).getParent();
    while (folder != null && folder.startsWith(chunks())) {
      Identity.syncDirectory(folder);
      folder = folder.getParent();
    }
  }

  Object filesystem() {
    return filesystem;
  }

  /** The error of a failed read; a disk that cannot be read is not written to either. */
  FsException readFailed(String what, IOException e) {
    if (!String.valueOf(e.getMessage()).contains(OUT_OF_DESCRIPTORS)) {
      fail(e);
    }
    return new FsException(Errno.EIO, what + " failed: " + e.getMessage(), e);
  }

  /** The error of a failed write, which puts the disk out of use unless it was only full. */
  FsException writeFailed(String what, IOException e) {
    String text = String.valueOf(e.getMessage());
    if (isFull(text)) {
      free.set(0);
      return new FsException(Errno.ENOSPC, what + ": disk " + directory + " is full", e);
    }
    if (!text.contains(OUT_OF_DESCRIPTORS)) {
      fail(e);
    }
    return new FsException(Errno.EIO, what + ": disk " + directory + " failed: " + text, e);
  }

  private boolean isFull(String text) {
    if (text.contains("No space left") || text.contains("quota exceeded")) {
      return true;
    }
    // The system's text may be in another language.
    return directory.toFile().getUsableSpace() < 1 << 20;
  }

  void fail(IOException e) {
    if (!failed) {
      failed = true;
      log.warn(
          "disk {} failed and takes no more writes: {}; check it, then replace it",
          directory,
          e.toString());
    }
  }

  /** Tries a failed disk again. */
  void recheck() {
    if (!failed) {
      return;
    }
    try {
      Optional<Identity> now = Identity.read(directory);
      if (now.isEmpty() || !now.get().disk().equals(identity.disk())) {
        throw new IOException("another disk, or none, is mounted there");
      }
      Identity.replace(directory, PROBE, "dfs writes this file to see whether the disk works\n");
      failed = false;
      log.warn("disk {} works again", directory);
    } catch (IOException | FsException e) {
      log.debug("disk {} still fails", directory, e);
    }
  }

  @Override
  public void close() {
    stop(writers);
    stop(syncers);
    try {
      counters.write(directory);
      lockFile.close();
    } catch (IOException e) {
      log.warn("closing disk {}: {}", directory, e.toString());
    }
  }

  private static void stop(ThreadPoolExecutor pool) {
    pool.shutdown();
    try {
      if (!pool.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("a disk did not finish its writes within 10 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
