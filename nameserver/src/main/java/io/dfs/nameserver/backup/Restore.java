package io.dfs.nameserver.backup;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.command.Command;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.Overlay;
import io.dfs.nameserver.kv.RocksStore;
import io.dfs.nameserver.op.StateMachine;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Row;
import io.dfs.nameserver.state.Rows;
import io.dfs.nameserver.state.Tables;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * Makes the directory of a nameserver from an archive or a dump. The database gets its name, and
 * the directory its mark, only when all of it is there and right: a nameserver refuses the
 * directory until then.
 */
public final class Restore {
  private static final long CACHE_BYTES = 16L << 20;

  /**
   * What was restored.
   *
   * @param lines of a dump, 0 for an archive
   */
  public record Restored(String clusterId, long inodes, long chunks, long lines) {}

  private Restore() {}

  /**
   * From an archive. EEXIST unless the directory is empty or missing; EINVAL, EIO by the archive.
   */
  public static Restored archive(Path archive, Path directory, Path database, Timestamp now) {
    return make(
        archive,
        directory,
        database,
        now,
        (in, unfinished) -> {
          Files.createDirectory(unfinished);
          Archive.read(in, unfinished);
          return DumpReader.Read.NONE;
        });
  }

  /** From a dump; likewise. */
  public static Restored dump(Path dump, Path directory, Path database, Timestamp now) {
    return make(
        dump,
        directory,
        database,
        now,
        (in, unfinished) -> {
          try (RocksStore store = RocksStore.open(unfinished, CACHE_BYTES)) {
            return DumpReader.read(in, store);
          }
        });
  }

  private interface Filling {
    /** Returns what was being written, as far as the database does not say it. */
    DumpReader.Read fill(InputStream in, Path unfinished) throws IOException;
  }

  private static Restored make(
      Path from, Path directory, Path database, Timestamp now, Filling filling) {
    Path unfinished = directory.resolve("unfinished");
    try (InputStream in = new BufferedInputStream(Files.newInputStream(from), 1 << 20)) {
      requireEmpty(directory);
      Files.createDirectories(directory);
      try {
        Restored restored = settle(unfinished, now, filling.fill(in, unfinished));
        Files.move(unfinished, database, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
          entries.force(true);
        }
        return restored;
      } catch (IOException | RuntimeException e) {
        Backups.remove(unfinished);
        throw e;
      }
    } catch (IOException e) {
      throw new FsException(Errno.EIO, "cannot restore " + from + " into " + directory + ": " + e);
    }
  }

  private static void requireEmpty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      if (entries.findAny().isPresent()) {
        throw new FsException(
            Errno.EEXIST, directory + " is not empty; give an empty directory with --dir");
      }
    }
  }

  /** Ends what belonged to the time of the backup, and leaps over the numbers given out since. */
  private static Restored settle(Path database, Timestamp now, DumpReader.Read read) {
    try (RocksStore store = RocksStore.open(database, CACHE_BYTES)) {
      Tables tables = new Tables(store);
      if (tables.clusterId().isEmpty()) {
        throw new FsException(Errno.EINVAL, "there is no cluster in it");
      }
      long oldest = Math.min(oldestWriting(store), read.oldestOpen());
      // First, so that nothing that may have been written since is dropped with its session.
      apply(store, new Command.Restored(oldest, now));
      for (SessionId session : tables.sessions().keySet()) {
        while (tables.findSession(session) != null) {
          apply(store, new Command.EndSession(session));
        }
      }
      store.sync();
      return new Restored(
          tables.clusterId(),
          tables.counter(Counter.INODES),
          tables.counter(Counter.CHUNKS),
          read.lines());
    }
  }

  /** The least sequence of a chunk that some session writes. */
  private static long oldestWriting(KeyValueStore store) {
    long oldest = Long.MAX_VALUE;
    try (Rows rows = Rows.of(store, 'W')) {
      while (rows.next() instanceof Row.OfWriting writing) {
        oldest = Math.min(oldest, writing.chunk().sequence());
      }
    }
    return oldest;
  }

  private static void apply(KeyValueStore store, Command command) {
    Overlay view = new Overlay(store);
    FsException failure = StateMachine.apply(view, command).failure();
    if (failure != null) {
      throw failure;
    }
    store.write(view.changes());
  }
}
