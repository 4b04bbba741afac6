package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "mv", description = "Rename a file or directory, or move several into a directory.")
final class MvCommand extends ClusterCommand {
  @Parameters(paramLabel = "PATH... TARGET", arity = "2..*", hideParamSyntax = true)
  private List<String> paths = List.of();

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    List<String> sources = paths.subList(0, paths.size() - 1);
    String target = paths.get(paths.size() - 1);
    boolean into = isDirectory(dfs, target);
    if (!into && sources.size() > 1) {
      throw new FsException(Errno.ENOTDIR, target + ": not a directory; several need one to go to");
    }
    forEach(
        sources,
        source ->
            dfs.rename(source, into ? DfsPaths.child(target, DfsPaths.name(source)) : target));
  }
}
