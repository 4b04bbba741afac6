package io.dfs.nameserver.compact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.ChunkId;
import io.dfs.common.id.SessionId;
import io.dfs.nameserver.state.ChunkState;
import org.junit.jupiter.api.Test;

class VictimsTest {
  private static final int MIB = 1 << 20;

  private final Victims victims = new Victims(0.5, 2);

  @Test
  void aSealedChunkThatIsMostlyDeadIsOne() {
    offer(1, MIB / 2, MIB, 0);
    assertTrue(victims.contains(new ChunkId(1)));
  }

  @Test
  void oneThatIsMostlyAliveIsNot() {
    offer(1, MIB / 2 + 1, MIB, 0);
    assertFalse(victims.contains(new ChunkId(1)));
  }

  @Test
  void oneThatIsStillWrittenOrHasLittleToGainOrIsKeptForReadersIsNot() {
    offer(1, 0, MIB, 5);
    offer(2, 1, Victims.MIN_DEAD_BYTES, 0);
    offer(3, 0, MIB, 0);
    assertEquals(0, victims.size());
  }

  @Test
  void whenThereAreTooManyTheDeadestStay() {
    offer(1, MIB / 2, MIB, 0);
    offer(2, MIB / 8, MIB, 0);
    offer(3, MIB / 4, MIB, 0);
    offer(4, MIB / 2, MIB, 0);
    assertEquals(2, victims.size());
    assertTrue(victims.contains(new ChunkId(2)) && victims.contains(new ChunkId(3)));
  }

  private void offer(long chunk, long live, int length, long writer) {
    victims.offer(new ChunkId(chunk), new ChunkState(live, length, new SessionId(writer)));
  }
}
