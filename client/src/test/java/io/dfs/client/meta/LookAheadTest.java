package io.dfs.client.meta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.common.id.InodeId;
import io.dfs.common.message.Query;
import org.junit.jupiter.api.Test;

class LookAheadTest {
  private static final InodeId DIRECTORY = new InodeId(5);
  private final LookAhead ahead = new LookAhead();

  private int ask() {
    int wanted = ahead.asking(DIRECTORY);
    ahead.brought(DIRECTORY, wanted);
    return wanted;
  }

  @Test
  void oneNameBringsNothingAndAWalkMoreAndMore() {
    assertEquals(0, ask());
    assertEquals(8, ask());
    assertEquals(16, ask());
    for (int i = 0; i < 10; i++) {
      ask();
    }
    assertEquals(Query.Lookup.MAX_AHEAD, ask());
    assertEquals(0, ahead.asking(new InodeId(6)), "elsewhere");
  }

  @Test
  void whatIsOfNoUseEnds() {
    long brought = 0;
    int last = -1;
    for (int i = 0; i < 10_000 && last != 0 | i < 2; i++) {
      last = ask();
      brought += last;
    }
    assertEquals(0, last);
    assertTrue(brought < 20_000, brought + " entries");
    for (int i = 0; i < 1000; i++) {
      ahead.used(DIRECTORY);
    }
    assertTrue(ask() > 0, "it is of use again");
  }
}
