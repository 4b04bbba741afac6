package io.dfs.fusemount.linux.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Attr;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.FileType;
import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class EncoderTest {
  private static final Attr ATTR =
      new Attr(
          new InodeId(12),
          FileType.BLOCK_DEVICE,
          0640,
          3,
          1000,
          100,
          8 << 8 | 1,
          -1L >>> 1,
          513,
          new Timestamp(-1, 1),
          new Timestamp(2, 2),
          new Timestamp(3, 3),
          new Timestamp(4, 4),
          9,
          new DataSettings(1 << 20, 2));

  private final ByteBuffer out = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());

  @Test
  void anEntryHasItsTimeoutsAndAttributes() {
    Encoder.entry(out, ATTR, 1500, 250);
    assertEquals(Encoder.ENTRY_BYTES, out.position());
    assertEquals(12, out.getLong(0));
    assertEquals(1, out.getLong(16));
    assertEquals(0, out.getLong(24));
    assertEquals(500_000_000, out.getInt(32));
    assertEquals(250_000_000, out.getInt(36));
    assertEquals(-1L >>> 1, out.getLong(48));
    assertEquals(2, out.getLong(56));
    assertEquals(-1, out.getLong(64));
    assertEquals(0060640, out.getInt(100));
    assertEquals(3, out.getInt(104));
    assertEquals(8 << 8 | 1, out.getInt(116));
  }

  @Test
  void statxHasTheBirthTimeAndTheDevice() {
    Encoder.statx(out, ATTR, 1000);
    assertEquals(Encoder.STATX_BYTES, out.position());
    assertEquals(4, out.getLong(32 + 80));
    assertEquals(8, out.getInt(32 + 128));
    assertEquals(1, out.getInt(32 + 132));
  }

  @Test
  void directoryEntriesArePaddedToEightBytes() {
    Encoder.dirent(out, 5, 6, FileType.REGULAR, new byte[] {'a', 'b', 'c'});
    assertEquals(32, out.position());
    assertEquals(32, Encoder.direntBytes(3));
    assertEquals(32, Encoder.direntBytes(8));
    assertEquals(40, Encoder.direntBytes(9));
    assertEquals(010, out.getInt(20));
  }

  @Test
  void aNameThatIsGoneIsToldWithItsNul() {
    Encoder.invalidateEntry(out, 1, new byte[] {'x'});
    assertEquals(out.getInt(0), out.position());
    assertEquals(16 + 16 + 2, out.position());
  }
}
