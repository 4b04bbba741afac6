package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.message.Conversion;
import io.dfs.common.message.DataSettings;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "set",
    description = {
      "Change how what is created in a directory from now on is kept.",
      "With --recursive also what is there already: the nameserver has its bytes copied in the"
          + " background, at compact-rate; --status shows how far it is. Setting it again, with"
          + " other values, changes what is under way."
    })
final class SetCommand extends ClusterCommand {
  private static final int BLOCK_BYTES = 64 << 10;

  @Parameters(paramLabel = "DIRECTORY", arity = "0..1")
  private @Nullable String directory;

  @Option(
      names = {"-r", "--recursive"},
      description = "Also for files and directories that exist in it, and below.")
  private boolean recursive;

  @Option(names = "--status", description = "Show what --recursive has still to do.")
  private boolean status;

  @Option(names = "--replicas", paramLabel = "N", description = "Copies of every file, 1 to 8.")
  private int replicas;

  @Option(
      names = "--chunk-size",
      paramLabel = "SIZE",
      description = "The most that one chunk holds, 1 MiB to 128 MiB.")
  private @Nullable String chunkSize;

  @Option(
      names = "--trash",
      paramLabel = "DURATION",
      description =
          "Keep what is deleted in the directory and below it for so long, also what exists"
              + " already: 7d, 12h, 0 s for not at all, or inherit.")
  private @Nullable String trash;

  private int chunkBytes;
  private long trashSeconds;

  @Override
  void checkArguments() {
    if (status) {
      if (directory != null || replicas != 0 || chunkSize != null || trash != null || recursive) {
        throw wrongUsage("--status goes alone: it shows all that is under way");
      }
      return;
    }
    if (directory == null) {
      throw wrongUsage("give the DIRECTORY to set it for");
    }
    if (recursive && replicas == 0 && chunkSize == null) {
      throw wrongUsage(
          "--recursive goes with --replicas or --chunk-size; --trash is for all below anyway");
    }
    if (replicas == 0 && chunkSize == null && trash == null) {
      throw wrongUsage("nothing to set: give --replicas, --chunk-size or --trash");
    }
    if (trash != null) {
      try {
        trashSeconds =
            trash.equals("inherit")
                ? -1
                : trash.equals("0") ? 0 : Quantity.parseDuration(trash).toSeconds();
      } catch (IllegalArgumentException e) {
        throw wrongUsage("--trash " + trash + ": " + e.getMessage());
      }
    }
    if (replicas < 0 || replicas > DataSettings.MAX_REPLICAS) {
      throw wrongUsage("--replicas takes a number from 1 to " + DataSettings.MAX_REPLICAS);
    }
    if (chunkSize != null) {
      long bytes;
      try {
        bytes = Quantity.parseBytes(chunkSize);
      } catch (IllegalArgumentException e) {
        throw wrongUsage("--chunk-size " + chunkSize + ": " + e.getMessage());
      }
      if (bytes < DataSettings.MIN_CHUNK_BYTES
          || bytes > DataSettings.MAX_CHUNK_BYTES
          || bytes % BLOCK_BYTES != 0) {
        throw wrongUsage("--chunk-size takes a multiple of 64 KiB from 1 MiB to 128 MiB");
      }
      chunkBytes = (int) bytes;
    }
  }

  @Override
  void run(Dfs dfs, PrintWriter out) throws Exception {
    if (status) {
      showConversions(dfs, out);
      return;
    }
    forEach(
        List.of(String.valueOf(directory)),
        path -> {
          if (trash != null) {
            Dfs.await(dfs.vfs().setTrash(dfs.caller(), dfs.stat(path).inode(), trashSeconds));
            out.println(path + ": what is deleted is kept: " + trash);
          }
          if (replicas == 0 && chunkSize == null) {
            return;
          }
          DataSettings now = dfs.setSettings(path, chunkBytes, replicas, recursive).settings();
          out.println(
              path
                  + ": copies "
                  + now.replicas()
                  + ", chunks of "
                  + Quantity.formatBytes(now.chunkBytes()));
          if (recursive) {
            out.println(
                "what is below it follows in the background: dfs set --status shows how far it is");
          }
        });
  }

  private static void showConversions(Dfs dfs, PrintWriter out) throws Exception {
    List<Conversion> all =
        Dfs.await(dfs.vfs().ask(new Query.GetConversions(), Reply.Conversions.class)).all();
    if (all.isEmpty()) {
      out.println("nothing is under way: all files are as they were set");
    }
    for (Conversion c : all) {
      out.println(
          Show.name(c.path())
              + ":"
              + (c.replicas() == 0 ? "" : " copies " + c.replicas())
              + (c.replicas() == 0 || c.chunkBytes() == 0 ? "" : ",")
              + (c.chunkBytes() == 0 ? "" : " chunks of " + Quantity.formatBytes(c.chunkBytes())));
      out.println(
          "  "
              + (c.files() - c.filesLeft())
              + " of "
              + c.files()
              + " files done, "
              + Quantity.formatBytes(c.bytesLeft())
              + " left"
              + (c.looking() ? "; looking for more files" : ""));
      if (c.skipped() > 0) {
        out.println("  " + c.skipped() + " files and directories of other users stay as they are");
      }
      if (!c.problem().isEmpty()) {
        out.println("  waiting, and tried again: " + c.problem());
      }
    }
  }
}
