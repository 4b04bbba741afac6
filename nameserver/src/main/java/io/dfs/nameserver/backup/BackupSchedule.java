package io.dfs.nameserver.backup;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Archives into a directory at an interval, of which the latest are kept. Shared; works on a thread
 * of its own. A backup has its name only when it is whole and on disk, and an older one goes only
 * after that.
 */
public final class BackupSchedule implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(BackupSchedule.class);
  private static final String PREFIX = "metadata-";
  private static final String SUFFIX = ".dfsbackup";
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** How often to look whether one is due: a machine that slept takes the next one soon. */
  private static final long LOOK_MS = 1000;

  private final Backups backups;
  private final Optional<Path> target;
  private final Duration interval;
  private final int count;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "dfs-backups");
            thread.setDaemon(true);
            return thread;
          });

  /** Confined to the thread. */
  private Instant next = Instant.MIN;

  /**
   * @param target where to; none is taken when there is no such place
   * @param count how many are kept
   */
  public BackupSchedule(Backups backups, Optional<Path> target, Duration interval, int count) {
    this.backups = backups;
    this.target = target;
    this.interval = interval;
    this.count = count;
  }

  public void start() {
    target.ifPresent(
        directory ->
            thread.scheduleWithFixedDelay(
                () -> look(directory), LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS));
  }

  private void look(Path directory) {
    Instant now = Instant.now();
    try {
      if (next.equals(Instant.MIN)) {
        List<Path> kept = kept(directory);
        next = kept.isEmpty() ? now : latest(kept).plus(interval);
      }
      if (!now.isBefore(next)) {
        next = now.plus(interval);
        take(directory, now);
      }
    } catch (IOException | RuntimeException e) {
      log.warn(
          "no backup was taken into {}: {}; the next try is at {}", directory, e.toString(), next);
    }
  }

  private static Instant latest(List<Path> kept) throws IOException {
    return Files.getLastModifiedTime(kept.get(kept.size() - 1)).toInstant();
  }

  /** Takes one now, and removes those that are too many. */
  void take(Path directory, Instant now) throws IOException {
    Files.createDirectories(directory);
    Path unfinished = directory.resolve(PREFIX + "unfinished");
    try (OutputStream out = Files.newOutputStream(unfinished)) {
      backups.archive(out);
    }
    try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
      file.force(true);
    }
    Path done = directory.resolve(PREFIX + NAME.format(now) + SUFFIX);
    Files.move(unfinished, done, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
    log.info("took the backup {} of {} bytes", done, Files.size(done));
    List<Path> kept = kept(directory);
    for (Path old : kept.subList(0, Math.max(0, kept.size() - count))) {
      Files.delete(old);
    }
  }

  /** The oldest first. */
  private static List<Path> kept(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> listed = Files.list(directory)) {
      return listed.filter(file -> isBackup(String.valueOf(file.getFileName()))).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isBackup(String name) {
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
        log.warn("a backup was under way for 30 s after the end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
