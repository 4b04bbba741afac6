package io.dfs.nameserver.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.nameserver.web.History.Span;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  @TempDir Path dir;
  private final History history = new History();

  private static Sample sample(long timeMs, double rate, long used) {
    return new Sample(timeMs, rate, 0, 100, rate, 0, 0, used, 1000, 1, 1);
  }

  private void run(long fromS, long toS) {
    for (long s = fromS; s < toS; s += 2) {
      history.add(sample(s * 1000, s % 4 == 0 ? 10 : 30, s));
    }
  }

  @Test
  void anHourIsKeptAsItWasAndADayByTheMinute() {
    run(0, 2 * 3600);

    List<Sample> hour = history.since(Span.HOUR, 0);
    assertEquals(1800, hour.size());
    assertEquals((2 * 3600 - 2) * 1000L, hour.get(1799).timeMs());
    List<Sample> day = history.since(Span.DAY, 0);
    assertTrue(day.size() >= 118 && day.size() <= 120, "" + day.size());
    assertEquals(20, day.get(5).questionsPerSecond(), 1);
    assertEquals(30, day.get(5).slowMicros(), "the slowest of a minute stays");
    assertEquals(day.get(5).timeMs() / 1000, day.get(5).usedBytes());
  }

  @Test
  void onlyWhatIsNewIsAskedFor() {
    run(0, 100);
    assertEquals(2, history.since(Span.HOUR, 94_000).size());
    assertEquals(List.of(), history.since(Span.HOUR, 98_000));
  }

  @Test
  void dayAndMonthOutliveTheProcess() {
    run(0, 3 * 3600);
    HistoryFile file = new HistoryFile(dir.resolve("charts.json"));
    file.write(history);
    History next = new History();
    file.read(next);

    assertEquals(history.since(Span.DAY, 0), next.since(Span.DAY, 0));
    assertEquals(history.since(Span.MONTH, 0), next.since(Span.MONTH, 0));
    assertTrue(next.since(Span.MONTH, 0).size() > 3);
    assertEquals(List.of(), next.since(Span.HOUR, 0));
  }

  @Test
  void aFileThatIsNoHistoryIsPassedOver() throws Exception {
    Path path = dir.resolve("charts.json");
    Files.writeString(path, "{\"DAY\": [1, 2");
    History next = new History();
    new HistoryFile(path).read(next);
    assertEquals(List.of(), next.since(Span.DAY, 0));
    new HistoryFile(dir.resolve("missing/charts.json")).write(next);
  }
}
