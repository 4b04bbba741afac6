package io.dfs.client.cli.watch;

import java.util.List;

/**
 * What a server did in a second of a time.
 *
 * @param server its name
 * @param operations the most frequent first
 */
public record ServerRate(
    String server, double receivedBytes, double sentBytes, List<OperationRate> operations) {
  /** Requests in a second. */
  public double requests() {
    return operations.stream().mapToDouble(OperationRate::perSecond).sum();
  }

  /**
   * Requests of one kind.
   *
   * @param micros that one took on average, waiting included
   */
  public record OperationRate(String name, double perSecond, double micros) {}
}
