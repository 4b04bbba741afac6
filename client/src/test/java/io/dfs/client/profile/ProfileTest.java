package io.dfs.client.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.error.FsException;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;

class ProfileTest {
  private final Profile profile = new Profile();

  @Test
  void quantilesAreKnownToAFifth() {
    for (int micros = 1; micros <= 1000; micros++) {
      profile.answered("read", micros * 1000L, false);
    }
    OperationTimes read = profile.snapshot().operations().get(0);
    assertEquals(500.5, read.meanMicros(), 0.1);
    assertEquals(500, read.quantileMicros(0.5), 100);
    assertEquals(990, read.quantileMicros(0.99), 200);
  }

  @Test
  void bucketsBeginWhereTheOnesBeforeEnd() {
    for (int i = 0; i < OperationTimes.BUCKETS - 1; i++) {
      long end = (long) OperationTimes.endNanos(i);
      assertEquals(i + 1, OperationTimes.bucket(end), "at " + end);
      assertEquals(i, OperationTimes.bucket(end - 1), "before " + end);
    }
    assertEquals(0, OperationTimes.bucket(0));
    assertEquals(OperationTimes.BUCKETS - 1, OperationTimes.bucket(Long.MAX_VALUE >> 3));
  }

  @Test
  void textGivesBackWhatWasCountedAndDifferencesAreOfTheTimeBetween() throws IOException {
    profile.answered("lookup", 20_000, true);
    Snapshot first = profile.snapshot();
    profile.answered("lookup", 30_000, false);
    profile.answered("write", 5_000_000, false);
    profile.answered("write", 5_000_000, false);
    Snapshot second =
        Snapshot.read(new BufferedReader(new StringReader(profile.snapshot().toText())));
    Snapshot between = second.since(first);
    assertEquals(
        "write 2 0, lookup 1 0",
        between.operations().get(0).name()
            + " "
            + between.operations().get(0).count()
            + " "
            + between.operations().get(0).errors()
            + ", "
            + between.operations().get(1).name()
            + " "
            + between.operations().get(1).count()
            + " "
            + between.operations().get(1).errors());
    assertEquals(30, between.operations().get(1).meanMicros(), 0.01);
    assertEquals(Snapshot.NONE, second.since(second));
  }

  @Test
  void aMountThatEndsOrIsOfAnotherVersionIsSaid() {
    assertThrows(
        EOFException.class, () -> Snapshot.read(new BufferedReader(new StringReader("a 1 0 3=1"))));
    assertThrows(
        FsException.class, () -> Snapshot.read(new BufferedReader(new StringReader("what?\n\n"))));
  }

  @Test
  void watchersAreFew() {
    assertTrue(profile.watch(1));
    assertFalse(profile.watch(1));
    assertTrue(profile.isWatched());
    profile.unwatch();
    assertFalse(profile.isWatched());
  }
}
