package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.message.ServerWish;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "servers",
    description = "Show the dataservers, or say what is wanted of one.",
    subcommands = {
      ServersCommand.Drain.class,
      ServersCommand.Undrain.class,
      ServersCommand.Maintain.class,
      ServersCommand.Remove.class
    })
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
        "version", server.version(),
        "failedDisks", server.failedDisks(),
        "wish", server.wish());
  }

  /** Something that is wanted of a server. */
  abstract static class Wish extends ClusterCommand {
    @Parameters(paramLabel = "ID", description = "Its number, as dfs servers shows it.")
    private int id;

    final void tell(Dfs dfs, PrintWriter out, ServerWish wish, long forMs, boolean force) {
      dfs.setServer(new NodeId(id), wish, forMs, force);
      dfs.servers().stream()
          .filter(s -> s.id().value() == id)
          .forEach(s -> out.println("dataserver " + id + " is " + s.state()));
    }
  }

  @Command(
      name = "drain",
      description =
          "Move its copies to others while it serves; dfs servers shows when it is empty.")
  static final class Drain extends Wish {
    @Override
    void run(Dfs dfs, PrintWriter out) {
      tell(dfs, out, ServerWish.DRAIN, 0, false);
    }
  }

  @Command(
      name = "undrain",
      description = "Use it as before: ends draining, maintenance and removal.")
  static final class Undrain extends Wish {
    @Override
    void run(Dfs dfs, PrintWriter out) {
      tell(dfs, out, ServerWish.NONE, 0, false);
    }
  }

  @Command(name = "maintain", description = "Repair nothing for it while it is restarted.")
  static final class Maintain extends Wish {
    @Option(
        names = "--for",
        paramLabel = "TIME",
        defaultValue = "30m",
        description = "How long, 1 s to 7 d (default: 30m).")
    private String time = "30m";

    private long forMs;

    @Override
    void checkArguments() {
      try {
        forMs = Quantity.parseDuration(time).toMillis();
      } catch (IllegalArgumentException e) {
        throw wrongUsage("--for " + time + ": " + e.getMessage());
      }
    }

    @Override
    void run(Dfs dfs, PrintWriter out) {
      tell(dfs, out, ServerWish.MAINTAIN, forMs, false);
    }
  }

  @Command(
      name = "remove",
      description = "Take it out of the cluster: one that was drained, or that will not come back.")
  static final class Remove extends Wish {
    @Option(names = "--force", description = "Also when it may have the only copies of something.")
    private boolean force;

    @Override
    void run(Dfs dfs, PrintWriter out) {
      tell(dfs, out, ServerWish.REMOVE, 0, force);
    }
  }
}
