package io.dfs.dataserver.chunk;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkFileTest {
  private static final ChunkId CHUNK = new ChunkId(0x70000000002aL);
  private static final long CLUSTER = 99;
  private static final long BOOT = 1;

  private final FakeFile file = new FakeFile();
  private final Random random = new Random(3);

  private ChunkFile create() throws IOException {
    return ChunkFile.create(file.open(), "f", CHUNK, CLUSTER, BOOT);
  }

  private ChunkFile open(long boot) throws IOException {
    return ChunkFile.open(file.open(), "f", CHUNK, CLUSTER, boot);
  }

  private static void append(ChunkFile chunk, byte[] bytes) throws IOException {
    int at = chunk.tail().length();
    ByteBuf payload = Unpooled.wrappedBuffer(bytes);
    assertEquals(
        at + bytes.length,
        chunk.append(at, payload, Crc32c.ofBlocks(payload, 0, bytes.length, at)));
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** The chunk's bytes, each block of them checked against its sum. */
  private byte[] read(ChunkFile chunk) {
    Tail tail = chunk.tail();
    byte[] data =
        Arrays.copyOfRange(
            file.contents(), ChunkFormat.DATA_AT, ChunkFormat.DATA_AT + tail.length());
    assertEquals(
        -1,
        Crc32c.verifyBlocks(
            Unpooled.wrappedBuffer(data), 0, data.length, 0, chunk.crcs(tail, 0, data.length)));
    return data;
  }

  private static void assertPrefix(byte[] prefix, byte[] whole) {
    assertArrayEquals(Arrays.copyOf(whole, prefix.length), prefix);
  }

  @Test
  void killedAtAnyStepItHasAllThatWasAcknowledgedAndGoesOn() throws IOException {
    int steps = killedAfter(-1);
    assertTrue(steps > 30, "steps: " + steps);
    for (int step = 0; step < steps; step++) {
      killedAfter(step);
    }
  }

  private int killedAfter(int steps) throws IOException {
    FakeFile fresh = new FakeFile();
    fresh.stepsLeft = steps;
    ByteArrayOutputStream acknowledged = new ByteArrayOutputStream();
    byte[] tried = new byte[0];
    try {
      ChunkFile chunk = ChunkFile.create(fresh.open(), "f", CHUNK, CLUSTER, BOOT);
      for (int i = 0; i < 24; i++) {
        boolean small = i >= 12;
        tried = bytes(small ? 5000 : 1 + (i * 37_000) % 150_000);
        append(chunk, tried);
        acknowledged.write(tried);
        if (small || i % 5 == 4) {
          chunk.sync();
        }
      }
      assertTrue(steps < 0);
    } catch (FakeFile.Killed e) {
      assertTrue(steps >= 0);
    }
    fresh.stepsLeft = -1;
    int used = fresh.steps;
    ChunkFile again = ChunkFile.open(fresh.open(), "f", CHUNK, CLUSTER, BOOT);
    if (again == null) {
      assertEquals(0, acknowledged.size());
      return used;
    }
    byte[] more = bytes(100_000);
    int length = again.tail().length();
    assertTrue(
        length == acknowledged.size() || length == acknowledged.size() + tried.length,
        "length " + length);
    append(again, more);
    byte[] contents = fresh.contents();
    assertEquals(ChunkFormat.DATA_AT + length + more.length, contents.length);
    assertArrayEquals(
        acknowledged.toByteArray(),
        Arrays.copyOfRange(
            contents, ChunkFormat.DATA_AT, ChunkFormat.DATA_AT + acknowledged.size()));
    Tail tail = again.tail();
    ByteBuf data = Unpooled.wrappedBuffer(contents).slice(ChunkFormat.DATA_AT, tail.length());
    assertEquals(
        -1, Crc32c.verifyBlocks(data, 0, tail.length(), 0, again.crcs(tail, 0, tail.length())));
    return used;
  }

  @Test
  void smallSyncsHaveTheFileGrowAheadOfThemAndItIsCutWhenItIsClosed() throws IOException {
    FakeFile file = new FakeFile();
    ChunkFile chunk = ChunkFile.create(file.open(), "f", CHUNK, CLUSTER, BOOT);
    int grown = 0;
    int appends = 60;
    for (int i = 0; i < appends; i++) {
      int before = file.contents().length;
      append(chunk, bytes(4096));
      chunk.sync();
      grown += file.contents().length > before ? 1 : 0;
    }
    assertTrue(grown < appends / 10, "the file grew " + grown + " times");
    chunk.close();
    assertEquals(ChunkFormat.DATA_AT + appends * 4096, file.contents().length);
  }

  @Test
  void afterAPowerCutItHasAllThatWasSyncedAndNothingWrong() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      Random cut = new Random(seed);
      FakeFile fresh = new FakeFile();
      ChunkFile chunk = ChunkFile.create(fresh.open(), "f", CHUNK, CLUSTER, BOOT);
      ByteArrayOutputStream model = new ByteArrayOutputStream();
      int synced = -1;
      int appends = 1 + cut.nextInt(12);
      for (int i = 0; i < appends; i++) {
        byte[] piece = bytes(1 + cut.nextInt(seed % 2 == 0 ? 100_000 : 5000));
        append(chunk, piece);
        model.write(piece);
        if (cut.nextInt(4) == 0) {
          synced = chunk.sync();
        }
      }
      fresh.losePower(cut);
      ChunkFile again;
      try {
        again = ChunkFile.open(fresh.open(), "f", CHUNK, CLUSTER, BOOT + 1);
      } catch (FsException e) {
        assertEquals(-1, synced, "seed " + seed + ": " + e.getMessage());
        continue;
      }
      if (again == null) {
        assertEquals(-1, synced, "seed " + seed);
        continue;
      }
      Tail tail = again.tail();
      assertTrue(tail.length() >= synced, "seed " + seed + ": " + tail + " synced " + synced);
      byte[] data =
          Arrays.copyOfRange(
              fresh.contents(), ChunkFormat.DATA_AT, ChunkFormat.DATA_AT + tail.length());
      assertArrayEquals(Arrays.copyOf(model.toByteArray(), tail.length()), data, "seed " + seed);
      append(again, bytes(70_000));
      byte[] now =
          Arrays.copyOfRange(
              fresh.contents(), ChunkFormat.DATA_AT, ChunkFormat.DATA_AT + again.tail().length());
      assertEquals(
          -1,
          Crc32c.verifyBlocks(
              Unpooled.wrappedBuffer(now),
              0,
              now.length,
              0,
              again.crcs(again.tail(), 0, now.length)),
          "seed " + seed);
    }
  }

  @Test
  void aFailedAppendLeavesTheChunkAsItWas() throws IOException {
    ChunkFile chunk = create();
    byte[] first = bytes(100_000);
    append(chunk, first);
    for (int step = 0; step < 3; step++) {
      ChunkIo full = file.open();
      byte[] before = file.contents();
      FullIo io = new FullIo(full, step);
      ChunkFile onFull = ChunkFile.open(io, "f", CHUNK, CLUSTER, BOOT);
      assertNotNull(onFull);
      assertThrows(IOException.class, () -> append(onFull, bytes(200_000)));
      assertEquals(100_000, onFull.tail().length());
      // The table may have a sum more; nothing reads it.
      Arrays.fill(before, ChunkFormat.TABLE_AT, ChunkFormat.DATA_AT, (byte) 0);
      byte[] after = file.contents();
      Arrays.fill(after, ChunkFormat.TABLE_AT, ChunkFormat.DATA_AT, (byte) 0);
      assertArrayEquals(before, after);
      io.full = false;
      append(onFull, bytes(5));
      append(onFull, bytes(100_000));
      assertPrefix(first, read(onFull));
      file.cutAt(0);
      append(chunk = create(), first);
    }
  }

  /** Fails one write after writing some of it, like a disk that is full. */
  private static final class FullIo implements ChunkIo {
    private final ChunkIo real;
    private int writesUntil;
    boolean full = true;

    FullIo(ChunkIo real, int writesUntil) {
      this.real = real;
      this.writesUntil = writesUntil;
    }

    @Override
    public void read(ByteBuffer into, long position) throws IOException {
      real.read(into, position);
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      if (full && writesUntil-- == 0) {
        real.write(bytes.slice(0, bytes.remaining() / 2), position);
        throw new IOException("No space left on device");
      }
      real.write(bytes, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      real.truncate(size);
    }

    @Override
    public void force() throws IOException {
      real.force();
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public java.nio.channels.FileChannel channel() {
      return real.channel();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }

  @Test
  void anyFlippedBitOfTheHeaderIsAnErrorOrHarmless() throws IOException {
    ChunkFile chunk = create();
    byte[] model = bytes(150_000);
    append(chunk, model);
    chunk.sync();
    byte[] before = file.contents();
    for (int position = 0; position < ChunkFormat.HEADER_BYTES; position++) {
      file.flip(position, position % 8);
      try {
        assertPrefix(read(open(BOOT)), model);
      } catch (FsException e) {
        assertEquals(Errno.EIO, e.errno());
        assertTrue(e.getMessage().contains(" f "), e.getMessage());
      }
      file.cutAt(0);
      file.open().write(ByteBuffer.wrap(before), 0);
    }
  }

  @Test
  void aFileShorterThanItsHeaderSaysIsAnError() throws IOException {
    append(create(), bytes(1000));
    file.cutAt(ChunkFormat.DATA_AT + 999);
    FsException e = assertThrows(FsException.class, () -> open(BOOT));
    assertEquals(Errno.EIO, e.errno());
  }

  @Test
  void aFileOfAnotherChunkOrClusterIsAnError() throws IOException {
    append(create(), bytes(1000));
    ChunkId other = new ChunkId(CHUNK.value() + 1);
    assertThrows(FsException.class, () -> ChunkFile.open(file.open(), "f", other, CLUSTER, BOOT));
    assertThrows(
        FsException.class, () -> ChunkFile.open(file.open(), "f", CHUNK, CLUSTER + 1, BOOT));
  }

  @Test
  void anEmptyFileNeverBecameAChunk() throws IOException {
    assertNull(open(BOOT));
  }

  @Test
  void bytesThatDoNotMatchTheirSumsAreRefused() {
    ByteBuf payload = Unpooled.wrappedBuffer(bytes(70_000));
    int[] crcs = Crc32c.ofBlocks(payload, 0, 70_000, 0);
    crcs[1]++;
    FsException e =
        assertThrows(
            FsException.class, () -> ChunkFile.verify(CHUNK, 0, payload, crcs, "10.0.0.9:1"));
    assertEquals(Errno.EBADMSG, e.errno());
    assertTrue(e.getMessage().contains("10.0.0.9:1"));
  }
}
