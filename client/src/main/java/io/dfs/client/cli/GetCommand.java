package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.transfer.Transfer;
import io.dfs.common.message.Attr;
import io.dfs.common.message.FileType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "get",
    aliases = {"load", "download"},
    description = {
      "Copy files out of the cluster: TARGET is a local directory, or the name of the copy.",
      "What an interrupted get has left is taken up where it stopped."
    })
final class GetCommand extends ClusterCommand {
  @Mixin private CopyArguments arguments = new CopyArguments();

  @Override
  boolean asksMuch() {
    return true;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    List<String> sources = arguments.sources();
    Path target = Path.of(arguments.target());
    boolean into = Files.isDirectory(target);
    if (!into && sources.size() > 1) {
      throw new NotDirectoryException(target.toString());
    }
    forEach(
        sources,
        source -> {
          String name = DfsPaths.name(source);
          get(
              dfs,
              source,
              dfs.stat(source),
              into && !name.isEmpty() ? target.resolve(name) : target);
        });
  }

  private void get(Dfs dfs, String remote, Attr attr, Path local) throws Exception {
    if (attr.isDirectory()) {
      getTree(dfs, remote, local);
    } else if (attr.type() == FileType.REGULAR) {
      Progress progress = new Progress(err(), remote);
      try {
        new Transfer(dfs.vfs(), dfs.caller())
            .get(dfs.absolute(remote), local, done -> progress.report(done, attr.sizeBytes()));
      } finally {
        progress.end();
      }
    } else {
      throw new IOException(remote + ": neither a file nor a directory; it is left out");
    }
  }

  private void getTree(Dfs dfs, String remote, Path local) throws Exception {
    if (!arguments.recursive()) {
      throw new IOException(remote + ": is a directory; -r copies it and all in it");
    }
    Copies copies = new Copies();
    boolean listed = copy(remote, r -> check(getDirectory(dfs, remote, local, copies)));
    check(copies.finish() && listed);
  }

  /** False when a part of it failed; the files are copied later. */
  private boolean getDirectory(Dfs dfs, String remote, Path local, Copies copies) throws Exception {
    Files.createDirectories(local);
    boolean good = true;
    for (Dfs.Listed entry : dfs.list(remote)) {
      String name = entry.name();
      String path = DfsPaths.child(remote, name);
      Path target = local.resolve(name);
      if (entry.attr().isDirectory()) {
        good &= copy(name, n -> check(getDirectory(dfs, path, target, copies)));
      } else {
        copies.add(() -> copy(name, n -> getEntry(dfs, path, entry.attr(), target)));
      }
    }
    return good;
  }

  private void getEntry(Dfs dfs, String path, Attr listed, Path target) throws Exception {
    boolean link = listed.type() == FileType.SYMLINK;
    Attr attr = link ? dfs.stat(path) : listed;
    if (link && attr.isDirectory()) {
      // It could lead around in a circle.
      throw new IOException(path + ": a link to a directory; it is left out");
    }
    get(dfs, path, attr, target);
  }
}
