package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.transfer.Transfer;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "put",
    description = {
      "Copy local files into the cluster: PATH is a directory of it, or the name of the copy.",
      "What an interrupted put has left is taken up where it stopped. LOCAL may be -, standard"
          + " input."
    })
final class PutCommand extends ClusterCommand {
  @Parameters(paramLabel = "LOCAL... PATH", arity = "2..*", hideParamSyntax = true)
  private List<String> arguments = List.of();

  @Option(names = "-r", description = "Directories too, with all that is in them.")
  private boolean recursive;

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    List<String> sources = arguments.subList(0, arguments.size() - 1);
    String target = arguments.get(arguments.size() - 1);
    boolean into = isDirectory(dfs, target);
    if (!into && sources.size() > 1) {
      throw new FsException(Errno.ENOTDIR, target + ": not a directory; several need one to go to");
    }
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
      putDirectory(dfs, local, remote);
    } else if (Files.isRegularFile(local)) {
      Progress progress = new Progress(err(), local.toString());
      try {
        long bytes = Files.size(local);
        new Transfer(dfs.vfs(), dfs.caller())
            .put(local, remote, done -> progress.report(done, bytes));
      } finally {
        progress.end();
      }
    } else if (!Files.exists(local)) {
      throw new NoSuchFileException(local.toString());
    } else {
      throw new IOException(local + ": neither a file nor a directory; it is left out");
    }
  }

  private void putDirectory(Dfs dfs, Path local, String remote) throws Exception {
    if (!recursive) {
      throw new IOException(local + ": is a directory; -r copies it and all in it");
    }
    if (!isDirectory(dfs, remote)) {
      dfs.mkdir(remote);
    }
    boolean failed = false;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(local)) {
      for (Path entry : entries) {
        // A link could lead around in a circle.
        if (Files.isSymbolicLink(entry) && Files.isDirectory(entry)) {
          tell(entry, new IOException(entry + ": a link to a directory; it is left out"));
          failed = true;
          continue;
        }
        try {
          put(dfs, entry, DfsPaths.child(remote, String.valueOf(entry.getFileName())));
        } catch (FsException | IOException e) {
          tell(entry, e);
          failed = true;
        } catch (CommandFailed e) {
          failed = true;
        }
      }
    }
    if (failed) {
      throw new CommandFailed();
    }
  }

  private static void putStandardInput(Dfs dfs, String remote) throws IOException {
    try (OutputStream to = dfs.newOutputStream(remote)) {
      System.in.transferTo(to);
    }
  }
}
