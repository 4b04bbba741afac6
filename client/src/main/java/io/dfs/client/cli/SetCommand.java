package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.common.config.Quantity;
import io.dfs.common.message.DataSettings;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "set",
    description = "Change how what is created in a directory from now on is kept.")
final class SetCommand extends ClusterCommand {
  private static final int BLOCK_BYTES = 64 << 10;

  @Parameters(paramLabel = "DIRECTORY")
  private String directory = "/";

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
    forEach(
        List.of(directory),
        path -> {
          if (trash != null) {
            Dfs.await(dfs.vfs().setTrash(dfs.caller(), dfs.stat(path).inode(), trashSeconds));
            out.println(path + ": what is deleted is kept: " + trash);
          }
          if (replicas == 0 && chunkSize == null) {
            return;
          }
          DataSettings now = dfs.setSettings(path, chunkBytes, replicas).settings();
          out.println(
              path
                  + ": copies "
                  + now.replicas()
                  + ", chunks of "
                  + Quantity.formatBytes(now.chunkBytes()));
        });
  }
}
