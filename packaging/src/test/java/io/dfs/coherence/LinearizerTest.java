package io.dfs.coherence;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.coherence.Linearizer.Operation;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LinearizerTest {
  private static Operation write(long start, long end, long value) {
    return new Operation(start, end, "write", before -> true, before -> value);
  }

  private static Operation read(long start, long end, long value) {
    return new Operation(start, end, "read", before -> before == value, before -> before);
  }

  @Test
  void aReadMaySeeAWriteThatIsUnderWayOrNot() {
    assertTrue(Linearizer.isLinearizable(List.of(write(0, 10, 1), read(2, 3, 1)), 0));
    assertTrue(Linearizer.isLinearizable(List.of(write(0, 10, 1), read(2, 3, 0)), 0));
  }

  @Test
  void aReadAfterAWriteSeesIt() {
    assertFalse(Linearizer.isLinearizable(List.of(write(0, 10, 1), read(11, 12, 0)), 0));
  }

  @Test
  void whatOneReadHasSeenALaterOneSeesToo() {
    assertFalse(
        Linearizer.isLinearizable(List.of(write(0, 10, 1), read(1, 2, 1), read(3, 4, 0)), 0));
    assertTrue(
        Linearizer.isLinearizable(List.of(write(0, 10, 1), read(1, 3, 1), read(2, 4, 0)), 0));
  }

  @Test
  void itGoesBackWhenAnOrderLeadsNowhere() {
    assertTrue(
        Linearizer.isLinearizable(
            List.of(write(0, 10, 1), write(0, 10, 2), read(0, 10, 1), read(11, 12, 2)), 0));
    assertFalse(
        Linearizer.isLinearizable(
            List.of(write(0, 10, 1), write(0, 10, 2), read(11, 12, 1), read(13, 14, 2)), 0));
  }
}
