package io.dfs.client.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

class PageDataTest {
  private final PageData data = new PageData(42);

  private ByteBuffer page(long file, long page, int version) {
    ByteBuffer buffer = ByteBuffer.allocate(PageData.PAGE_BYTES);
    data.put(buffer, file, page, version);
    return buffer.flip();
  }

  @Test
  void whatWasPutIsRightAndTheBufferMovesOn() {
    ByteBuffer buffer = page(1, 2, 3);
    assertTrue(data.check(buffer, 1, 2, 3));
    assertEquals(0, buffer.remaining());
  }

  @Test
  void anyChangedByteIsSeen() {
    Random random = new Random(42);
    for (int i = 0; i < 200; i++) {
      ByteBuffer buffer = page(1, 2, 3);
      int at = random.nextInt(PageData.PAGE_BYTES);
      buffer.put(at, (byte) (buffer.get(at) ^ 1));
      assertFalse(data.check(buffer, 1, 2, 3), "seed 42, byte " + at);
    }
  }

  @Test
  void anotherPageFileVersionOrSeedIsSeen() {
    assertFalse(data.check(page(1, 3, 3), 1, 2, 3));
    assertFalse(data.check(page(2, 2, 3), 1, 2, 3));
    assertFalse(data.check(page(1, 2, 2), 1, 2, 3));
    assertFalse(new PageData(43).check(page(1, 2, 3), 1, 2, 3));
    assertFalse(data.check(ByteBuffer.allocate(PageData.PAGE_BYTES), 1, 2, 3));
  }

  @Test
  void pagesDoNotCompress() {
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    byte[] bytes = new byte[64 * PageData.PAGE_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    for (int i = 0; buffer.hasRemaining(); i++) {
      data.put(buffer, 9, i, 0);
    }
    deflater.setInput(bytes);
    deflater.finish();
    int size = deflater.deflate(new byte[2 * bytes.length]);
    deflater.end();
    // Two slices may overlap a little.
    assertTrue(size > bytes.length * 0.97, () -> size + " of " + bytes.length);
  }
}
