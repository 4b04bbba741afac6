package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.message.Attr;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "stat", description = "Show all attributes.")
final class StatCommand extends ClusterCommand {
  @Parameters(paramLabel = "PATH", arity = "1..*")
  private List<String> paths = List.of();

  @Option(names = "--json", description = "An array of objects, for programs.")
  private boolean json;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    List<Object> objects = new ArrayList<>();
    try {
      forEach(
          paths,
          path -> {
            Attr attr = dfs.lstat(path);
            Map<String, Object> object = Json.object("path", path);
            object.putAll(Show.attributes(attr));
            objects.add(object);
            if (!json) {
              Table table = new Table("ll");
              object.forEach((key, value) -> table.row(key, Show.name(value.toString())));
              out.print(objects.size() > 1 ? "\n" : "");
              table.print(out);
            }
          });
    } finally {
      if (json) {
        Json.print(out, objects);
      }
    }
  }
}
