package io.dfs.nameserver.backup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dfs.common.message.Timestamp;
import io.dfs.nameserver.kv.KeyValueStore;
import io.dfs.nameserver.kv.Snapshot;
import io.dfs.nameserver.state.Counter;
import io.dfs.nameserver.state.Tables;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes archives and dumps of a database in use. Shared. A checkpoint costs no copy (its files are
 * hard links into the database) and holds up no writer; it lives in a folder of its own beside the
 * database until its archive is written.
 */
public final class Backups {
  private static final Logger log = LoggerFactory.getLogger(Backups.class);

  private final KeyValueStore store;
  private final Consumer<Path> checkpoint;
  private final Path checkpoints;
  private final String version;

  @GuardedBy("this")
  private int taken;

  /**
   * @param checkpoint writes the database as it is now into a new directory
   * @param checkpoints on the filesystem of the database; what an earlier run left there is removed
   */
  public Backups(KeyValueStore store, Consumer<Path> checkpoint, Path checkpoints, String version) {
    this.store = store;
    this.checkpoint = checkpoint;
    this.checkpoints = checkpoints;
    this.version = version;
    remove(checkpoints);
  }

  /** Writes an archive of the database as it is at the beginning. */
  public void archive(OutputStream out) throws IOException {
    Files.createDirectories(checkpoints);
    Path directory = checkpoints.resolve(String.valueOf(next()));
    try {
      // What the head counts may be some commands older than the checkpoint.
      Archive.Head head = head();
      checkpoint.accept(directory);
      Archive.write(head, directory, out);
    } finally {
      remove(directory);
    }
  }

  private synchronized int next() {
    return ++taken;
  }

  private Archive.Head head() {
    Tables tables = new Tables(store);
    return new Archive.Head(
        tables.clusterId(),
        version,
        Timestamp.of(Instant.now()),
        tables.counter(Counter.INODES),
        tables.counter(Counter.CHUNKS));
  }

  /** Writes the state as it is at the beginning as lines of JSON. */
  public void dump(OutputStream out) throws IOException {
    try (Snapshot snapshot = store.snapshot()) {
      Dump.write(snapshot, version, Timestamp.of(Instant.now()), out);
    }
  }

  static void remove(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> below = Files.walk(directory)) {
      List<Path> all = below.sorted(java.util.Comparator.reverseOrder()).toList();
      for (Path each : all) {
        Files.delete(each);
      }
    } catch (IOException e) {
      log.warn("{} could not be removed; remove it by hand", directory, e);
    }
  }
}
