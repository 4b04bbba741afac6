package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.message.Problem;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply.ClusterStatus;
import io.dfs.common.message.Reply.TrashState;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.Severity;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "status", description = "Show the state of the cluster on one page.")
final class StatusCommand extends ClusterCommand {
  @Option(names = "--json", description = "An object, for programs.")
  private boolean json;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    ClusterStatus status = dfs.status();
    TrashState trash = Dfs.await(dfs.vfs().ask(new Query.GetTrash(), TrashState.class));
    if (json) {
      Json.print(
          out,
          Json.object(
              "health", health(status),
              "clusterId", status.clusterId(),
              "version", status.version(),
              "uptimeSeconds", status.uptimeSeconds(),
              "inodes", status.inodes(),
              "trashInodes", trash.inodes(),
              "trashBytes", trash.bytes(),
              "chunks", status.chunks(),
              "sessions", status.sessions(),
              "groups", status.groups(),
              "servers", status.servers().stream().map(ServersCommand::object).toList(),
              "warnings", status.warnings(),
              "problems",
                  status.problems().stream()
                      .map(
                          p ->
                              Json.object(
                                  "severity", p.severity(),
                                  "what", p.what(),
                                  "action", p.action()))
                      .toList(),
              "repair", WorkCommand.object(status.repair()),
              "balance", WorkCommand.object(status.balance())));
      return;
    }
    Table table = new Table("ll");
    table.row("health", health(status));
    table.row("cluster", status.clusterId());
    table.row(
        "nameserver",
        status.version()
            + ", up "
            + Quantity.formatDuration(Duration.ofSeconds(status.uptimeSeconds())));
    table.row("dataservers", online(status.servers()));
    table.row("inodes", status.inodes());
    table.row("chunks", status.chunks() + " in " + status.groups() + " groups");
    table.row("trash", trash.inodes() + " inodes with " + Quantity.formatBytes(trash.bytes()));
    table.row("clients", status.sessions());
    table.row("repair", WorkCommand.line(status.repair()));
    table.row("balance", WorkCommand.line(status.balance()));
    table.print(out);
    out.println();
    ServersCommand.print(out, status.servers());
    status
        .problems()
        .forEach(p -> out.println(p.severity() + ": " + p.what() + ". To do: " + p.action() + "."));
  }

  /** How many of those that belong to the cluster are there. */
  static String online(List<ServerInfo> servers) {
    long removed = count(servers, ServerInfo.State.REMOVED);
    return count(servers, ServerInfo.State.ONLINE)
        + " of "
        + (servers.size() - removed)
        + " online"
        + (removed == 0 ? "" : ", " + removed + " removed");
  }

  private static long count(List<ServerInfo> servers, ServerInfo.State state) {
    return servers.stream().filter(s -> s.state() == state).count();
  }

  /** OK, or how bad the worst problem is. */
  static String health(ClusterStatus status) {
    return status.problems().stream()
        .map(Problem::severity)
        .max(Comparator.naturalOrder())
        .map(Severity::name)
        .orElse("OK");
  }
}
