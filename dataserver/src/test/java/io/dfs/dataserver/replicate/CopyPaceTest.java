package io.dfs.dataserver.replicate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.dataserver.pace.ClientTraffic;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CopyPaceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int RATE = 1000;

  /** How many bytes pass in a second, in requests of 10, while clients move so many. */
  private static long passed(long clientBytesPerSecond) {
    ClientTraffic clients = new ClientTraffic(0);
    CopyPace pace = new CopyPace(RATE, clients, 0);
    long now = 0;
    long told = 0;
    long bytes = 0;
    long measured = 0;
    while (now < 3 * SECOND) {
      clients.moved(clientBytesPerSecond * (now - told) / SECOND);
      told = now;
      now += Math.max(1_000_000, pace.reserve(10, now));
      // The first second is what it takes to know the traffic.
      measured += now > 2 * SECOND ? 10 : 0;
      bytes += 10;
    }
    assertEquals(true, bytes > measured);
    return measured;
  }

  @Test
  void withoutClientsTheWholeRateIsUsed() {
    assertEquals(RATE, passed(0), RATE / 10.0);
  }

  @Test
  void whatClientsMoveIsTakenOff() {
    assertEquals(RATE - 400, passed(400), RATE / 10.0);
  }

  @Test
  void aQuarterIsLeftHoweverBusyClientsAre() {
    assertEquals(RATE / 4.0, passed(1_000_000), RATE / 20.0);
  }
}
