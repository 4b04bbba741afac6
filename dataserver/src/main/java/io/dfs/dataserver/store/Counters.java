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

  /** All that was ever added or taken off. */
  private final AtomicLong movedChunks = new AtomicLong();

  private final AtomicLong movedBytes = new AtomicLong();

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

  /** What has come and gone until now, for {@link #counted}. */
  Moved moved() {
    return new Moved(movedChunks.get(), movedBytes.get());
  }

  record Moved(long chunks, long bytes) {}

  /**
   * Somebody has counted. Of what came and went meanwhile nobody knows whether it was counted: what
   * is known already stands unless it is off by more than that.
   */
  void counted(long foundChunks, long foundBytes, Moved before) {
    boolean agree =
        Math.abs(foundChunks - chunks.get()) <= movedChunks.get() - before.chunks()
            && Math.abs(foundBytes - bytes.get()) <= movedBytes.get() - before.bytes();
    if (!agree) {
      set(foundChunks, foundBytes);
    }
  }

  void add(long moreChunks, long moreBytes) {
    movedChunks.addAndGet(Math.abs(moreChunks));
    movedBytes.addAndGet(Math.abs(moreBytes));
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
