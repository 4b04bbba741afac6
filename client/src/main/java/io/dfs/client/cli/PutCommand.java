package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.transfer.Transfer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "put",
    aliases = {"save", "upload"},
    description = {
      "Copy local files into the cluster: TARGET is a directory of it, or the name of the copy.",
      "What an interrupted put has left is taken up where it stopped. SOURCE may be -, standard"
          + " input."
    })
final class PutCommand extends ClusterCommand {
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
          if (source.equals("-")) {
            putStandardInput(dfs, target);
          } else {
            Path local = Path.of(source);
            String name = String.valueOf(local.toAbsolutePath().normalize().getFileName());
            put(dfs, local, into ? DfsPaths.child(target, name) : target);
          }
        });
  }

  private void put(Dfs dfs, Path local, String remote) throws Exception {
    if (Files.isDirectory(local)) {
      putTree(dfs, local, remote);
    } else if (Files.isRegularFile(local)) {
      Progress progress = new Progress(err(), local.toString());
      try {
        long bytes = Files.size(local);
        new Transfer(dfs.vfs(), dfs.caller())
            .put(local, dfs.absolute(remote), done -> progress.report(done, bytes));
      } finally {
        progress.end();
      }
    } else if (!Files.exists(local)) {
      throw new NoSuchFileException(local.toString());
    } else {
      throw new IOException(local + ": neither a file nor a directory; it is left out");
    }
  }

  private void putTree(Dfs dfs, Path local, String remote) throws Exception {
    if (!arguments.recursive()) {
      throw new IOException(local + ": is a directory; -r copies it and all in it");
    }
    Copies copies = new Copies();
    boolean listed = copy(local, l -> check(putDirectory(dfs, local, remote, copies)));
    check(copies.finish() && listed);
  }

  /** False when a part of it failed; the files are copied later. */
  private boolean putDirectory(Dfs dfs, Path local, String remote, Copies copies) throws Exception {
    if (!isDirectory(dfs, remote)) {
      dfs.mkdir(remote);
    }
    boolean good = true;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(local)) {
      for (Path entry : entries) {
        String target = DfsPaths.child(remote, String.valueOf(entry.getFileName()));
        if (!Files.isDirectory(entry)) {
          copies.add(() -> copy(entry, e -> put(dfs, entry, target)));
        } else if (Files.isSymbolicLink(entry)) {
          // It could lead around in a circle.
          tell(entry, new IOException(entry + ": a link to a directory; it is left out"));
          good = false;
        } else {
          good &= copy(entry, e -> check(putDirectory(dfs, entry, target, copies)));
        }
      }
    }
    return good;
  }

  private static void putStandardInput(Dfs dfs, String remote) throws IOException {
    try (OutputStream to = dfs.newOutputStream(remote)) {
      System.in.transferTo(to);
    }
  }
}
