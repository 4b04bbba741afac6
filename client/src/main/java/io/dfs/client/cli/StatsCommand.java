package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.cli.watch.Sample;
import io.dfs.client.cli.watch.ServerRate;
import io.dfs.common.config.Quantity;
import io.dfs.common.message.OperationCount;
import io.dfs.common.message.Reply.Stats;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "stats",
    description = {
      "Show what the nameserver and the dataservers have done since they started: requests of each"
          + " kind, how long one takes on average, bytes of files.",
      "With an interval: what they do in a second, line by line."
    })
final class StatsCommand extends ClusterCommand {
  @Option(
      names = {"-i", "--interval"},
      paramLabel = "TIME",
      description = "What is done in a second, again and again after so long: 1, 500ms, 1m.")
  private @Nullable String interval;

  @Option(
      names = {"-c", "--count"},
      paramLabel = "N",
      description = "With an interval: end after so many (default: when interrupted).")
  private long count = Long.MAX_VALUE;

  @Option(names = "--json", description = "An array of objects; with an interval an object a line.")
  private boolean json;

  private @Nullable Duration every;

  @Override
  void checkArguments() {
    try {
      every = interval == null ? null : Interval.parse(interval);
    } catch (IllegalArgumentException e) {
      throw wrongUsage("--interval " + interval + ": " + e.getMessage());
    }
    if (count < 1) {
      throw wrongUsage("--count takes a number from 1");
    }
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    Sample sample = Sample.take(dfs);
    if (every == null) {
      failures(sample);
      totals(sample, out);
      check(sample.failures().isEmpty());
      return;
    }
    for (long i = 0; i < count; i++) {
      TimeUnit.MILLISECONDS.sleep(every.toMillis());
      Sample now = Sample.take(dfs);
      failures(now);
      List<ServerRate> rates = now.since(sample);
      if (json) {
        Json.printLine(out, rates.stream().map(Rates::object).toList());
      } else {
        Rates.print(out, rates);
        out.println();
      }
      out.flush();
      sample = now;
    }
  }

  private void failures(Sample sample) {
    sample.failures().forEach((server, why) -> tell(server, new IOException(why)));
  }

  private void totals(Sample sample, PrintWriter out) throws IOException {
    if (json) {
      Json.print(
          out,
          sample.stats().entrySet().stream().map(e -> object(e.getKey(), e.getValue())).toList());
      return;
    }
    Table servers = new Table("llrrrr");
    servers.row("server", "version", "up", "requests", "received", "sent");
    Table operations = new Table("llrr");
    operations.row("server", "operation", "requests", "average us");
    sample
        .stats()
        .forEach(
            (server, s) -> {
              servers.row(
                  server,
                  s.version(),
                  Quantity.formatDuration(Duration.ofSeconds(s.uptimeSeconds())),
                  s.operations().stream().mapToLong(OperationCount::count).sum(),
                  Quantity.formatBytes(s.receivedBytes()),
                  Quantity.formatBytes(s.sentBytes()));
              s.operations().forEach(o -> operations.row(server, o.name(), o.count(), micros(o)));
            });
    servers.print(out);
    out.println();
    operations.print(out);
  }

  private static long micros(OperationCount o) {
    return o.count() == 0 ? 0 : o.nanos() / 1000 / o.count();
  }

  private static Map<String, Object> object(String server, Stats s) {
    return Json.object(
        "server", server,
        "version", s.version(),
        "uptimeSeconds", s.uptimeSeconds(),
        "receivedBytes", s.receivedBytes(),
        "sentBytes", s.sentBytes(),
        "operations",
            s.operations().stream()
                .map(
                    o ->
                        Json.object(
                            "name", o.name(), "requests", o.count(), "averageMicros", micros(o)))
                .toList());
  }
}
