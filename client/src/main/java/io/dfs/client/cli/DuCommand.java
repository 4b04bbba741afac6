package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "du",
    description = {
      "Show what directories hold, with all below them: the lengths of the files, what they take on"
          + " the dataservers with all copies, how many there are.",
      "A file with several names counts once. Directories come as they are counted."
    })
final class DuCommand extends ClusterCommand {
  @Parameters(paramLabel = "PATH", arity = "0..*", description = "Default: the root.")
  private List<String> paths = List.of();

  @Option(names = "-s", description = "Only the sum of each PATH.")
  private boolean sumOnly;

  @Mixin private Sizes sizes = new Sizes();

  @Option(names = "--json", description = "An array of objects, for programs.")
  private boolean json;

  @Override
  boolean asksMuch() {
    return true;
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    try (Json.Array array = json ? new Json.Array(out) : null) {
      Lines lines = array == null ? text(out) : array(array);
      // One for all, so that a file with names in several of them counts once.
      DiskUse use =
          new DiskUse(
              dfs,
              new DiskUse.Listener() {
                @Override
                public void counted(String directory, DiskUse.Sum sum) {
                  if (!sumOnly) {
                    lines.show(directory, sum);
                  }
                }

                @Override
                public void failed(String directory, FsException why) {
                  tell(directory, why);
                  failed.set(true);
                }
              });
      forEach(
          paths.isEmpty() ? List.of(dfs.directory()) : paths,
          path -> {
            DiskUse.Sum sum = use.of(path);
            if (sumOnly || !dfs.lstat(path).isDirectory()) {
              lines.show(path, sum);
            }
          });
    }
    check(!failed.get());
  }

  /** Where a line goes. */
  private interface Lines {
    void show(String path, DiskUse.Sum sum);
  }

  private Lines text(PrintWriter out) {
    line(out, "size", "stored", "inodes", "path");
    return (path, sum) ->
        line(out, sizes.show(sum.bytes()), sizes.show(sum.stored()), sum.inodes(), Show.name(path));
  }

  private static void line(PrintWriter out, Object... cells) {
    out.println(String.format(Locale.ROOT, "%14s  %14s  %10s  %s", cells));
  }

  private static Lines array(Json.Array array) {
    return (path, sum) -> {
      try {
        array.add(
            Json.object(
                "path", path,
                "bytes", sum.bytes(),
                "storedBytes", sum.stored(),
                "inodes", sum.inodes()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }
}
