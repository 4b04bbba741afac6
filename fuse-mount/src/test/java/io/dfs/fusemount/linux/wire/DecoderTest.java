package io.dfs.fusemount.linux.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Name;
import io.dfs.common.message.Timestamp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class DecoderTest {
  /** A request of the opcode, with the body that {@code write} puts. */
  private static ByteBuffer request(int opcode, Consumer<ByteBuffer> write) {
    ByteBuffer out = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.nativeOrder());
    out.position(Header.BYTES);
    write.accept(out);
    out.flip();
    out.putInt(0, out.limit()).putInt(4, opcode).putLong(8, 77).putLong(16, 5);
    return out.putInt(24, 1000).putInt(28, 100).putInt(32, 4321);
  }

  private static Body decode(int opcode, Consumer<ByteBuffer> write) {
    ByteBuffer in = request(opcode, write);
    return Decoder.body(Decoder.header(in), in, true);
  }

  private static byte[] text(String text) {
    return (text + "\0").getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void theHeaderSaysWhoAsksWhat() {
    Header header = Decoder.header(request(Opcode.STATFS, out -> {}));
    assertEquals(new Header(40, Opcode.STATFS, 77, 5, 1000, 100, 4321), header);
  }

  @Test
  void namesAreBytesUpToTheirNul() {
    assertEquals(
        new Body.Named(new Name(new byte[] {(byte) 0xff, 1})),
        decode(Opcode.LOOKUP, out -> out.put((byte) 0xff).put((byte) 1).put((byte) 0)));
    assertEquals(
        new Body.Rename(Name.of("from"), 9, Name.of("to"), 2),
        decode(
            Opcode.RENAME2,
            out -> out.putLong(9).putInt(2).putInt(0).put(text("from")).put(text("to"))));
    Body.Symlink link =
        (Body.Symlink) decode(Opcode.SYMLINK, out -> out.put(text("l")).put(text("a/b")));
    assertEquals(Name.of("l"), link.name());
    assertArrayEquals("a/b".getBytes(StandardCharsets.US_ASCII), link.target());
  }

  @Test
  void aSetattrChangesWhatItSaysIsValid() {
    Consumer<ByteBuffer> write =
        out -> {
          // size, mtime and atime "now"
          out.putInt(1 << 3 | 1 << 5 | 1 << 4 | 1 << 7).putInt(0).putLong(3);
          out.putLong(1L << 62).putLong(0).putLong(1).putLong(-5).putLong(3);
          out.putInt(4).putInt(999_999_999).putInt(6).putInt(0100644).putInt(0);
          out.putInt(1).putInt(2).putInt(0);
        };
    assertEquals(
        new Body.Setattr(
            null,
            null,
            null,
            null,
            1L << 62,
            null,
            new Timestamp(-5, 999_999_999),
            true,
            false,
            false),
        decode(Opcode.SETATTR, write));
  }

  @Test
  void theDataOfAWriteIsLeftWhereItIs() {
    Consumer<ByteBuffer> write =
        out ->
            out.putLong(6)
                .putLong(4096)
                .putInt(3)
                .putInt(1)
                .putLong(0)
                .putInt(02001)
                .putInt(0)
                .put(text("ab"));
    assertEquals(new Body.Write(6, 4096, 3, 1, 02001, 80), decode(Opcode.WRITE, write));
  }

  @Test
  void anUnknownRequestIsNoFault() {
    assertInstanceOf(Body.Unknown.class, decode(4711, out -> {}));
  }

  @Test
  void aTruncatedRequestIsRefusedAtEveryLength() {
    ByteBuffer whole =
        request(Opcode.RENAME, out -> out.putLong(9).put(text("from")).put(text("to")));
    for (int length = 0; length < whole.limit(); length++) {
      ByteBuffer cut = whole.duplicate().order(ByteOrder.nativeOrder()).limit(length);
      if (length < Header.BYTES) {
        assertEquals(
            Errno.EPROTO, assertThrows(FsException.class, () -> Decoder.header(cut)).errno());
      } else {
        Header header = new Header(length, Opcode.RENAME, 1, 1, 0, 0, 0);
        assertEquals(
            Errno.EINVAL,
            assertThrows(FsException.class, () -> Decoder.body(header, cut, true)).errno());
      }
    }
  }

  @Test
  void whateverTheBytesAreTheyAreARequestOrRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    ByteBuffer memory = ByteBuffer.allocateDirect(4096).order(ByteOrder.nativeOrder());
    int decoded = 0;
    for (int i = 0; i < 300_000; i++) {
      int length = Header.BYTES + random.nextInt(random.nextBoolean() ? 200 : 3000);
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      // Mostly small numbers: lengths and counts that could be true.
      for (int at = 0; random.nextBoolean() && at + 4 < length; at += 4) {
        bytes[at + 1] = bytes[at + 2] = bytes[at + 3] = 0;
      }
      memory.clear().put(0, bytes).limit(length);
      int opcode = random.nextInt(60);
      Header header = new Header(length, opcode, 1, 1, 0, 0, 0);
      try {
        Decoder.body(header, memory, random.nextBoolean());
        decoded++;
      } catch (FsException e) {
        assertEquals(Errno.EINVAL, e.errno(), "seed " + seed);
      }
    }
    assertTrue(decoded > 50_000, decoded + " were decoded");
  }
}
