package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.transfer.Clones;
import io.dfs.client.vfs.AttrChange;
import io.dfs.common.message.Attr;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "clone",
    description = {
      "Copy within the cluster without copying bytes: source and copy share their chunks until one"
          + " of them is written to.",
      "TARGET is a directory, or the name of the copy. Mode, owner and times are kept."
    })
final class CloneCommand extends ClusterCommand {
  @Mixin private CopyArguments arguments = new CopyArguments();

  @Override
  boolean asksMuch() {
    return true;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    List<String> sources = arguments.sources();
    String target = arguments.target();
    boolean into = arguments.goInto(ClusterCommand.isDirectory(dfs, target));
    forEach(
        sources,
        source -> {
          String goal = into ? DfsPaths.child(target, DfsPaths.name(source)) : target;
          Attr attr = dfs.stat(source);
          if (!attr.isDirectory()) {
            file(dfs, source, attr, goal);
            return;
          }
          if (!arguments.recursive()) {
            throw new IOException(source + ": is a directory; -r copies it and all in it");
          }
          if (inside(dfs.absolute(source), dfs.absolute(goal))) {
            throw new IOException(goal + " is in " + source + ", which would be copied for ever");
          }
          Copies copies = new Copies();
          boolean listed = copy(source, s -> check(tree(dfs, s, attr, goal, copies)));
          check(copies.finish() && listed);
        });
  }

  private static boolean inside(String directory, String path) {
    return (path + "/").startsWith(directory.endsWith("/") ? directory : directory + "/");
  }

  /** False when a part of it failed; the files are copied later. */
  private boolean tree(Dfs dfs, String source, Attr attr, String goal, Copies copies)
      throws Exception {
    if (!isDirectory(dfs, goal)) {
      dfs.mkdir(goal);
      dfs.setAttributes(goal, AttrChange.owner(attr.uid(), attr.gid()));
      dfs.setAttributes(goal, AttrChange.mode(attr.mode()));
    }
    boolean good = true;
    for (Dfs.Listed entry : dfs.list(source)) {
      String from = DfsPaths.child(source, entry.name());
      String to = DfsPaths.child(goal, entry.name());
      if (entry.attr().isDirectory()) {
        good &= copy(from, f -> check(tree(dfs, f, entry.attr(), to, copies)));
      } else {
        copies.add(() -> copy(from, f -> file(dfs, f, entry.attr(), to)));
      }
    }
    return good;
  }

  private static void file(Dfs dfs, String source, Attr attr, String goal) throws IOException {
    switch (attr.type()) {
      case REGULAR -> new Clones(dfs.vfs(), dfs.caller()).clone(attr.inode(), dfs.absolute(goal));
      case SYMLINK -> dfs.symlink(dfs.readlink(source), goal);
      default -> throw new IOException(source + ": neither a file nor a directory; left out");
    }
  }
}
