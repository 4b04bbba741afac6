package io.dfs.fusemount.linux.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class NegotiationTest {
  private static Body.Init kernel(int minor, long flags) {
    return new Body.Init(7, minor, 1 << 17, flags);
  }

  @Test
  void theOlderOfBothIsSpoken() {
    assertEquals(31, Negotiation.with(kernel(31, -1), 0).minor());
    assertEquals(45, Negotiation.with(kernel(45, -1), 0).minor());
    assertEquals(45, Negotiation.with(kernel(99, -1), 0).minor());
  }

  @Test
  void aKernelThatIsTooOldIsRefusedWithAWayOut() {
    FsException e = assertThrows(FsException.class, () -> Negotiation.with(kernel(30, -1), 0));
    assertEquals(Errno.EPROTO, e.errno());
    assertTrue(e.getMessage().contains("--engine jnr"), e.getMessage());
  }

  @Test
  void onlyWhatBothWantIsAgreedOn() {
    Negotiation n = Negotiation.with(kernel(45, -1), 0);
    assertTrue(n.has(InitFlags.ATOMIC_O_TRUNC));
    assertFalse(n.has(InitFlags.WRITEBACK_CACHE));
    assertTrue(
        Negotiation.with(kernel(45, -1), InitFlags.WRITEBACK_CACHE).has(InitFlags.WRITEBACK_CACHE));
    Negotiation little = Negotiation.with(kernel(45, InitFlags.MAX_PAGES), -1);
    assertEquals(InitFlags.MAX_PAGES, little.flags());
  }

  @Test
  void theAnswerHasTheLengthThatTheKernelExpects() {
    ByteBuffer out = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
    Encoder.init(out, Negotiation.with(kernel(45, -1), 0));
    assertEquals(64, out.position());
    assertEquals(7, out.getInt(0));
    assertEquals(45, out.getInt(4));
    assertEquals(1 << 20, out.getInt(20));
    assertEquals(256, out.getShort(28));
  }
}
