package io.dfs.dataserver.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ClientTrafficTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void itIsThatOfTheLastSpanAndEndsWhenClientsEnd() {
    ClientTraffic traffic = new ClientTraffic(7 * SECOND);
    traffic.moved(300);
    assertEquals(0, traffic.bytesPerSecond(7 * SECOND + 1), "too early to tell");
    assertEquals(600, traffic.bytesPerSecond(7 * SECOND + SECOND / 2));
    assertEquals(600, traffic.bytesPerSecond(7 * SECOND + SECOND / 2 + 1), "until the next span");
    assertEquals(0, traffic.bytesPerSecond(8 * SECOND));
  }
}
