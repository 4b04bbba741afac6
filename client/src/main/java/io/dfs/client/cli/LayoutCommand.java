package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Extent;
import io.dfs.common.message.Group;
import io.dfs.common.message.Reply.Groups;
import io.dfs.common.message.ServerInfo;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "layout",
    description = "Show a file's extents, their chunks, and the servers that hold them.")
final class LayoutCommand extends ClusterCommand {
  @Parameters(paramLabel = "PATH")
  private String path = "";

  @Option(names = "--json", description = "An object, for programs.")
  private boolean json;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    forEach(List.of(path), file -> show(dfs, file, out));
  }

  private void show(Dfs dfs, String path, PrintWriter out) throws Exception {
    List<Extent> extents = dfs.layout(path);
    Groups groups = dfs.groups();
    Map<GroupId, Group> groupsById =
        groups.groups().stream().collect(Collectors.toMap(Group::id, Function.identity()));
    Map<NodeId, ServerInfo> serversById =
        groups.servers().stream().collect(Collectors.toMap(ServerInfo::id, Function.identity()));
    Function<Extent, List<String>> holders =
        extent -> {
          Group group = groupsById.get(extent.chunk().group());
          return group == null
              ? List.of()
              : group.members().stream()
                  .map(
                      id -> {
                        ServerInfo server = serversById.get(id);
                        return server == null ? id.toString() : server.address();
                      })
                  .toList();
        };
    if (json) {
      Json.print(
          out,
          Json.object(
              "path",
              path,
              "extents",
              extents.stream()
                  .map(
                      extent ->
                          Json.object(
                              "offset", extent.fileOffset(),
                              "length", extent.length(),
                              "chunk", extent.chunk().hex(),
                              "chunkOffset", extent.chunkOffset(),
                              "group", extent.chunk().group().value(),
                              "servers", holders.apply(extent)))
                  .toList()));
      return;
    }
    Table table = new Table("rrlrrl");
    table.row("offset", "length", "chunk", "at", "group", "servers");
    for (Extent extent : extents) {
      table.row(
          extent.fileOffset(),
          extent.length(),
          extent.chunk().hex(),
          extent.chunkOffset(),
          extent.chunk().group().value(),
          String.join(" ", holders.apply(extent)));
    }
    table.print(out);
  }
}
