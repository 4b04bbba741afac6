package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.message.Attr;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rm", description = "Remove files; with -r also directories and what is in them.")
final class RmCommand extends ClusterCommand {
  @Parameters(paramLabel = "PATH", arity = "1..*")
  private List<String> paths = List.of();

  @Option(names = "-r", description = "Directories, and all that is in them.")
  private boolean recursive;

  @Option(names = "-f", description = "No error for what is not there.")
  private boolean force;

  @Override
  boolean asksMuch() {
    return recursive;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    forEach(paths, path -> remove(dfs, path));
  }

  private void remove(Dfs dfs, String path) throws Exception {
    try {
      Attr attr = dfs.lstat(path);
      if (!attr.isDirectory()) {
        dfs.delete(path);
      } else if (recursive) {
        removeTree(dfs, path);
      } else {
        throw new FsException(Errno.EISDIR, path + ": is a directory; -r removes it and all in it");
      }
    } catch (FsException e) {
      if (!force || e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  private static void removeTree(Dfs dfs, String directory) throws Exception {
    for (Dfs.Listed entry : dfs.list(directory)) {
      String path = DfsPaths.child(directory, entry.name());
      if (entry.attr().isDirectory()) {
        removeTree(dfs, path);
      } else {
        dfs.delete(path);
      }
    }
    dfs.delete(directory);
  }
}
