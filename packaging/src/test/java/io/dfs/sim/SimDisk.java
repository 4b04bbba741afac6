package io.dfs.sim;

import io.dfs.common.id.ChunkId;
import io.dfs.dataserver.chunk.ChunkIo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk in memory. What was written is in the page cache; a power cut keeps what was forced, and
 * of the rest some sectors and not others. A file whose entry was not synced may be gone after it.
 */
final class SimDisk {
  private static final int SECTOR = 512;

  /** One file: as programs see it, and as the platter has it. */
  private static final class File {
    byte[] cache = new byte[0];
    byte[] platter = new byte[0];
    boolean entryOnPlatter;
  }

  private final Map<ChunkId, File> files = new TreeMap<>();

  /** Writes fail for want of space. */
  boolean full;

  boolean has(ChunkId chunk) {
    return files.containsKey(chunk);
  }

  List<ChunkId> chunks() {
    return List.copyOf(files.keySet());
  }

  ChunkIo create(ChunkId chunk) {
    files.put(chunk, new File());
    return open(chunk);
  }

  ChunkIo open(ChunkId chunk) {
    return new Io(files.get(chunk));
  }

  void delete(ChunkId chunk) {
    files.remove(chunk);
  }

  void syncEntry(ChunkId chunk) {
    files.get(chunk).entryOnPlatter = true;
  }

  /** Turns a bit of the data, if there is any. */
  boolean rot(ChunkId chunk, int dataAt, Random random) {
    File file = files.get(chunk);
    int data = file.platter.length - dataAt;
    if (data <= 0 || file.cache.length < file.platter.length) {
      return false;
    }
    int at = dataAt + random.nextInt(data);
    int bit = 1 << random.nextInt(8);
    file.platter[at] ^= (byte) bit;
    file.cache[at] ^= (byte) bit;
    return true;
  }

  void losePower(Random random) {
    files.values().removeIf(file -> !file.entryOnPlatter && random.nextBoolean());
    for (File file : files.values()) {
      int length = random.nextBoolean() ? file.cache.length : file.platter.length;
      byte[] survived = Arrays.copyOf(file.platter, length);
      for (int at = 0; at < length; at += SECTOR) {
        int end = Math.min(length, at + SECTOR);
        if (end <= file.cache.length && random.nextInt(3) != 0) {
          System.arraycopy(file.cache, at, survived, at, end - at);
        }
      }
      file.cache = survived;
      file.platter = survived.clone();
      file.entryOnPlatter = true;
    }
  }

  private final class Io implements ChunkIo {
    private final File file;

    Io(File file) {
      this.file = file;
    }

    @Override
    public void read(ByteBuffer into, long position) {
      int n = (int) Math.min(into.remaining(), file.cache.length - position);
      if (n > 0) {
        into.put(file.cache, (int) position, n);
      }
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      int n = bytes.remaining();
      int end = (int) position + n;
      if (end > file.cache.length) {
        file.cache = Arrays.copyOf(file.cache, end);
      }
      bytes.get(file.cache, (int) position, n);
    }

    @Override
    public void truncate(long size) {
      if (size < file.cache.length) {
        file.cache = Arrays.copyOf(file.cache, (int) size);
      }
    }

    @Override
    public void force() throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      file.platter = file.cache.clone();
    }

    @Override
    public long size() {
      return file.cache.length;
    }

    @Override
    public FileChannel channel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
