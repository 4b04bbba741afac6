package io.dfs.dataserver.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many chunks and bytes a disk holds. Kept as they change and written now and then, so they may
 * be off after a crash until the next walk over the disk counts. Shared.
 */
final class Counters {
  private static final String FILE = "dfs-counters";

  private final AtomicLong chunks = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /** All that was ever taken off. */
  private final AtomicLong removedChunks = new AtomicLong();

  private final AtomicLong removedBytes = new AtomicLong();

  /** What the file has; two writers at once are harmless. */
  private volatile String written = "";

  static Counters read(Path directory) throws IOException {
    Counters counters = new Counters();
    try {
      String[] words = Files.readString(directory.resolve(FILE)).strip().split(" ", -1);
      counters.set(Long.parseLong(words[0]), Long.parseLong(words[1]));
    } catch (NoSuchFileException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      // Only a hint: the next walk sets it.
      counters.set(0, 0);
    }
    return counters;
  }

  /** Writes nothing when nothing has changed, so that an idle disk may sleep. */
  void write(Path directory) throws IOException {
    String now = chunks.get() + " " + bytes.get() + "\n";
    if (!now.equals(written)) {
      Files.writeString(directory.resolve(FILE), now);
      written = now;
    }
  }

  void set(long newChunks, long newBytes) {
    chunks.set(newChunks);
    bytes.set(newBytes);
  }

  /** What has been removed until now, for {@link #counted}. */
  Removed removed() {
    return new Removed(removedChunks.get(), removedBytes.get());
  }

  record Removed(long chunks, long bytes) {}

  /**
   * Somebody has counted. What was removed meanwhile was mostly counted before, as counting is what
   * finds the chunks to remove.
   */
  void counted(long foundChunks, long foundBytes, Removed before) {
    set(
        foundChunks - (removedChunks.get() - before.chunks()),
        foundBytes - (removedBytes.get() - before.bytes()));
  }

  void add(long moreChunks, long moreBytes) {
    if (moreChunks < 0) {
      removedChunks.addAndGet(-moreChunks);
      removedBytes.addAndGet(-moreBytes);
    }
    chunks.addAndGet(moreChunks);
    bytes.addAndGet(moreBytes);
  }

  long chunks() {
    return Math.max(0, chunks.get());
  }

  long bytes() {
    return Math.max(0, bytes.get());
  }
}
