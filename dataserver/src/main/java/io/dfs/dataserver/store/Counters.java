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

  void add(long moreChunks, long moreBytes) {
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
