package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "mkdir", description = "Make directories.")
final class MkdirCommand extends ClusterCommand {
  @Parameters(paramLabel = "PATH", arity = "1..*")
  private List<String> paths = List.of();

  @Option(names = "-p", description = "With their parents; no error if they exist.")
  private boolean parents;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    forEach(
        paths,
        path -> {
          if (parents) {
            dfs.mkdirs(path);
          } else {
            dfs.mkdir(path);
          }
        });
  }
}
