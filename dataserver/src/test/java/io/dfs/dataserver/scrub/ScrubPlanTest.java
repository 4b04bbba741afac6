package io.dfs.dataserver.scrub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrubPlanTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final long GIB = 1L << 30;

  @Test
  void theRateBringsThePassToItsEndInFourFifthsOfThePeriod() {
    long rate = ScrubPlan.rate(1000 * GIB, 0, DAY, 0, Long.MAX_VALUE);
    assertEquals(1000 * GIB / (86_400 / 1.25), rate, 1);
  }

  @Test
  void aPassThatIsLateGoesFasterUpToTheLimit() {
    long onTime = ScrubPlan.rate(1000 * GIB, 500 * GIB, DAY, 34_560, Long.MAX_VALUE);
    assertTrue(ScrubPlan.rate(1000 * GIB, 500 * GIB, DAY, 60_000, Long.MAX_VALUE) > onTime);
    assertEquals(GIB, ScrubPlan.rate(1000 * GIB, 0, DAY, 86_400, GIB));
  }

  @Test
  void littleDataIsNotDrawnOut() {
    assertEquals(ScrubPlan.MIN_RATE, ScrubPlan.rate(1000, 0, DAY, 0, GIB));
  }

  @Test
  void passesBeginAPeriodApartAndANewDiskBeginsAtOnce() {
    long now = 1_000_000_000;
    assertEquals(0, ScrubPlan.waitSeconds(ScrubState.NEW, DAY, now));
    ScrubState running = ScrubState.NEW.begin(now);
    assertEquals(0, ScrubPlan.waitSeconds(running, DAY, now + 5));
    assertEquals(86_400 - 100, ScrubPlan.waitSeconds(running.end(now + 100), DAY, now + 100));
    assertEquals(0, ScrubPlan.waitSeconds(running.end(now + 100), DAY, now + 100_000));
  }

  @Test
  void aPassOfNothingEnds() {
    ScrubState ended = ScrubState.NEW.begin(7).end(7);
    assertFalse(ended.isRunning());
    assertTrue(ended.begin(7).isRunning());
  }

  @Test
  void theStateIsReadAsItWasWritten(@TempDir Path disk) throws Exception {
    ScrubState state = ScrubState.NEW.begin(100).verified(-5, 4096).foundBad().paused(true);
    Files.writeString(disk.resolve(ScrubState.FILE), state.text());
    assertEquals(state, ScrubState.read(disk));
    Files.writeString(disk.resolve(ScrubState.FILE), "place=not a number");
    assertEquals(ScrubState.NEW, ScrubState.read(disk));
  }
}
