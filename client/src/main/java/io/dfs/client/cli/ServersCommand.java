package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.message.ServerInfo;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "servers", description = "Show the dataservers.")
final class ServersCommand extends ClusterCommand {
  @Option(names = "--json", description = "An array of objects, for programs.")
  private boolean json;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    List<ServerInfo> servers = dfs.status().servers();
    if (json) {
      Json.print(out, servers.stream().map(ServersCommand::object).toList());
    } else {
      print(out, servers);
    }
  }

  static void print(PrintWriter out, List<ServerInfo> servers) {
    Table table = new Table("rlllrrrrr");
    table.row("id", "address", "host", "state", "capacity", "used", "free", "chunks", "heard");
    for (ServerInfo server : servers) {
      int heard = server.secondsSinceHeartbeat();
      table.row(
          server.id().value(),
          server.address(),
          server.rack().isEmpty() ? server.host() : server.rack() + "/" + server.host(),
          server.state(),
          Quantity.formatBytes(server.capacityBytes()),
          Quantity.formatBytes(server.usedBytes()),
          Quantity.formatBytes(server.freeBytes()),
          server.chunks(),
          heard < 0 ? "never" : heard + " s ago");
    }
    table.print(out);
  }

  static Map<String, Object> object(ServerInfo server) {
    return Json.object(
        "id", server.id().value(),
        "address", server.address(),
        "host", server.host(),
        "rack", server.rack(),
        "state", server.state(),
        "capacityBytes", server.capacityBytes(),
        "usedBytes", server.usedBytes(),
        "freeBytes", server.freeBytes(),
        "chunks", server.chunks(),
        "secondsSinceHeartbeat", server.secondsSinceHeartbeat(),
        "version", server.version());
  }
}
