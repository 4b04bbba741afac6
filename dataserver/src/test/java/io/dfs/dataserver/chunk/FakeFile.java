package io.dfs.dataserver.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Random;

/**
 * A file in memory whose process can be killed between or inside writes, and whose machine can lose
 * power: then of what was not forced, some sectors are on disk and some are not.
 */
final class FakeFile {
  private static final int SECTOR = 512;

  private byte[] cache = new byte[0];
  private byte[] disk = new byte[0];

  /** Writes and cuts left until the process stops; negative for never. */
  int stepsLeft = -1;

  /** Writes and cuts so far. */
  int steps;

  static final class Killed extends IOException {
    private static final long serialVersionUID = 1;
  }

  ChunkIo open() {
    return new Io();
  }

  byte[] contents() {
    return cache.clone();
  }

  void flip(int position, int bit) {
    cache[position] ^= (byte) (1 << bit);
  }

  void cutAt(int size) {
    cache = Arrays.copyOf(cache, size);
  }

  void losePower(Random random) {
    byte[] survived = Arrays.copyOf(disk, random.nextBoolean() ? cache.length : disk.length);
    for (int at = 0; at < survived.length; at += SECTOR) {
      int end = Math.min(survived.length, at + SECTOR);
      if (random.nextInt(3) != 0 && end <= cache.length) {
        System.arraycopy(cache, at, survived, at, end - at);
      }
    }
    cache = survived;
    disk = survived.clone();
  }

  private final class Io implements ChunkIo {
    private void step() throws IOException {
      if (stepsLeft == 0) {
        throw new Killed();
      }
      stepsLeft--;
      steps++;
    }

    @Override
    public void read(ByteBuffer into, long position) {
      int n = (int) Math.min(into.remaining(), cache.length - position);
      if (n > 0) {
        into.put(cache, (int) position, n);
      }
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      int n = bytes.remaining();
      if (stepsLeft == 0) {
        // Big writes can be torn by a kill; a tail record is copied at once.
        put(bytes, (int) position, n > 4096 ? n / 2 : 0);
      }
      step();
      put(bytes, (int) position, n);
    }

    private void put(ByteBuffer bytes, int position, int n) {
      if (position + n > cache.length) {
        cache = Arrays.copyOf(cache, position + n);
      }
      bytes.get(cache, position, n);
    }

    @Override
    public void truncate(long size) throws IOException {
      step();
      if (size < cache.length) {
        cache = Arrays.copyOf(cache, (int) size);
      }
    }

    @Override
    public void force() throws IOException {
      step();
      disk = cache.clone();
    }

    @Override
    public long size() {
      return cache.length;
    }

    @Override
    public FileChannel channel() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
