package io.dfs.common.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LatenciesTest {
  private final Latencies latencies = new Latencies();

  @Test
  void aQuantileIsInTheBucketThatHoldsIt() {
    long[] before = latencies.counts();
    for (int i = 0; i < 99; i++) {
      latencies.add(300_000);
    }
    latencies.add(70_000_000);

    double median = Latencies.quantile(before, latencies.counts(), 0.5);
    assertTrue(median > 250 && median <= 500, "" + median);
    double most = Latencies.quantile(before, latencies.counts(), 1);
    assertTrue(most > 50_000 && most <= 100_000, "" + most);
  }

  @Test
  void whatWasCountedBeforeDoesNotMatter() {
    latencies.add(1_000_000_000_000L);
    long[] before = latencies.counts();
    latencies.add(1);

    assertEquals(50, Latencies.quantile(before, latencies.counts(), 1));
    assertEquals(0, Latencies.quantile(before, before, 0.5));
  }

  @Test
  void whatTookLongerThanAllBoundsCountsAsTheLast() {
    long[] before = latencies.counts();
    latencies.add(60_000_000_000L);

    assertEquals(5_000_000, Latencies.quantile(before, latencies.counts(), 0.99));
  }
}
