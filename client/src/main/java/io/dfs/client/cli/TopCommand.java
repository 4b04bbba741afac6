package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.cli.watch.Sample;
import io.dfs.client.cli.watch.ServerRate;
import io.dfs.common.config.Quantity;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Reply.ClusterStatus;
import io.dfs.common.message.ServerInfo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "top",
    description = {
      "Show what the cluster does now, again and again in the terminal until Ctrl-C.",
      "Once when the output goes to a file or another program."
    })
final class TopCommand extends ClusterCommand {
  private static final int OPERATIONS = 6;

  /** An answer takes some milliseconds. */
  private static final int SILENT_S = 3;

  @Option(
      names = {"-i", "--interval"},
      paramLabel = "TIME",
      defaultValue = "2",
      description = "Time from one look to the next: 1, 500ms, 1m (default: 2 s).")
  private String interval = "2";

  private Duration every = Duration.ofSeconds(2);

  @Override
  void checkArguments() {
    try {
      every = Interval.parse(interval);
    } catch (IllegalArgumentException e) {
      throw wrongUsage("--interval " + interval + ": " + e.getMessage());
    }
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    boolean live = Terminal.interactive();
    Sample before = Sample.take(dfs);
    if (live) {
      out.print(Page.CLEAR);
    }
    do {
      TimeUnit.MILLISECONDS.sleep(every.toMillis());
      Sample now = live ? take(dfs, out) : Sample.take(dfs);
      StringWriter text = new StringWriter();
      PrintWriter page = new PrintWriter(text);
      page(page, now, now.since(before));
      page.flush();
      out.print(live ? Page.again(text.toString()) : text.toString());
      out.flush();
      before = now;
    } while (live);
  }

  /** What the cluster does now; says so while the nameserver keeps silent. */
  private static Sample take(Dfs dfs, PrintWriter out) throws Exception {
    CompletableFuture<Sample> sample = new CompletableFuture<>();
    Thread asking =
        new Thread(
            () -> {
              try {
                sample.complete(Sample.take(dfs));
              } catch (Exception e) {
                sample.completeExceptionally(e);
              }
            },
            "dfs-top");
    asking.setDaemon(true);
    asking.start();
    for (int seconds = SILENT_S; ; seconds += SILENT_S) {
      try {
        return sample.get(SILENT_S, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        out.print(Page.notice("no answer from the nameserver for " + seconds + " s"));
        out.flush();
      } catch (ExecutionException e) {
        throw FsException.of(e);
      }
    }
  }

  private static void page(PrintWriter out, Sample sample, List<ServerRate> rates) {
    ClusterStatus status = sample.status();
    out.println(
        StatusCommand.health(status)
            + "  up "
            + Quantity.formatDuration(Duration.ofSeconds(status.uptimeSeconds()))
            + "  clients "
            + status.sessions()
            + "  inodes "
            + status.inodes()
            + "  chunks "
            + status.chunks());
    out.println(
        "repair: "
            + WorkCommand.line(status.repair())
            + "  balance: "
            + WorkCommand.line(status.balance()));
    status.problems().stream()
        .limit(3)
        .forEach(p -> out.println(p.severity() + ": " + p.what() + ". To do: " + p.action() + "."));
    out.println();
    servers(out, sample, rates);
    out.println();
    Rates.printOperations(out, rates, OPERATIONS);
  }

  private static void servers(PrintWriter out, Sample sample, List<ServerRate> rates) {
    Map<String, ServerRate> byName =
        rates.stream().collect(Collectors.toMap(ServerRate::server, Function.identity()));
    Table table = new Table("llrrrr");
    table.row("server", "state", "used", "requests/s", "received/s", "sent/s");
    row(table, Sample.NAMESERVER, "", "", byName);
    for (ServerInfo server : sample.status().servers()) {
      long percent =
          server.capacityBytes() == 0 ? 0 : 100 - 100 * server.freeBytes() / server.capacityBytes();
      row(table, Sample.name(server), server.state().name(), percent + " %", byName);
    }
    table.print(out);
  }

  private static void row(
      Table table, String server, String state, String used, Map<String, ServerRate> rates) {
    ServerRate rate = rates.get(server);
    table.row(
        server,
        state,
        used,
        rate == null ? "-" : Math.round(rate.requests()),
        rate == null ? "-" : Quantity.formatBytes((long) rate.receivedBytes()),
        rate == null ? "-" : Quantity.formatBytes((long) rate.sentBytes()));
  }
}
