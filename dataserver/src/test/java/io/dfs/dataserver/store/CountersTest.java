package io.dfs.dataserver.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.dataserver.store.Counters.Moved;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CountersTest {
  @TempDir Path directory;
  private Counters counters;

  @BeforeEach
  void start() throws IOException {
    counters = Counters.read(directory);
    counters.add(10, 1000);
  }

  private void is(long chunks, long bytes) {
    assertEquals(chunks, counters.chunks());
    assertEquals(bytes, counters.bytes());
  }

  @Test
  void countingWhileNothingChangesSetsRight() {
    counters.counted(9, 950, counters.moved());
    is(9, 950);
  }

  @Test
  void whatComesAfterItsPlaceWasCountedIsNotForgotten() {
    Moved before = counters.moved();
    counters.add(1, 100);
    counters.add(0, 50);
    counters.counted(10, 1000, before);
    is(11, 1150);
  }

  @Test
  void whatGoesBeforeItsPlaceIsCountedIsNotTakenOffTwice() {
    Moved before = counters.moved();
    counters.add(-2, -200);
    counters.counted(8, 800, before);
    is(8, 800);
  }

  @Test
  void countingSetsRightWhatIsOffByMoreThanHasChanged() {
    Moved before = counters.moved();
    counters.add(1, 1);
    counters.counted(50, 5000, before);
    is(50, 5000);
  }

  @Test
  void whatWasWrittenIsReadAgain() throws IOException {
    counters.write(directory);
    Counters again = Counters.read(directory);
    assertEquals(10, again.chunks());
    assertEquals(1000, again.bytes());
  }
}
