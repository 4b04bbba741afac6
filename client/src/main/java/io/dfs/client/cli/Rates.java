package io.dfs.client.cli;

import io.dfs.client.cli.watch.ServerRate;
import io.dfs.client.cli.watch.ServerRate.OperationRate;
import io.dfs.common.config.Quantity;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What servers do in a second, as tables and for programs. */
final class Rates {
  private Rates() {}

  static void print(PrintWriter out, List<ServerRate> rates) {
    Table table = new Table("lrrr");
    table.row("server", "requests/s", "received/s", "sent/s");
    for (ServerRate rate : rates) {
      table.row(
          rate.server(),
          number(rate.requests()),
          Quantity.formatBytes((long) rate.receivedBytes()),
          Quantity.formatBytes((long) rate.sentBytes()));
    }
    table.print(out);
  }

  /** The most frequent operations of all servers. */
  static void printOperations(PrintWriter out, List<ServerRate> rates, int most) {
    Table table = new Table("llrr");
    table.row("server", "operation", "a second", "average us");
    for (ServerRate rate : rates) {
      for (OperationRate o :
          rate.operations().subList(0, Math.min(most, rate.operations().size()))) {
        table.row(rate.server(), o.name(), number(o.perSecond()), number(o.micros()));
      }
    }
    table.print(out);
  }

  static Map<String, Object> object(ServerRate rate) {
    return Json.object(
        "server", rate.server(),
        "requestsPerSecond", round(rate.requests()),
        "receivedBytesPerSecond", round(rate.receivedBytes()),
        "sentBytesPerSecond", round(rate.sentBytes()),
        "operations",
            rate.operations().stream()
                .map(
                    o ->
                        Json.object(
                            "name", o.name(),
                            "perSecond", round(o.perSecond()),
                            "averageMicros", round(o.micros())))
                .toList());
  }

  private static double round(double value) {
    return Math.round(value * 10) / 10.0;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }
}
