package io.dfs.client.cli;

import io.dfs.client.api.Dfs;
import io.dfs.client.transfer.LongAnswer;
import io.dfs.common.config.Quantity;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Backups of the directory tree, while the cluster runs. */
@Command(
    name = "metadata",
    description = "Back up the directory tree, or restore it.",
    subcommands = {
      MetadataCommand.Backup.class,
      MetadataCommand.Dump.class,
      MetadataCommand.DiscardNewer.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Without a running nameserver:",
      "  restore FILE --dir DIR  Makes a nameserver's directory from a backup.",
      "  load FILE --dir DIR     Makes one from a dump."
    })
final class MetadataCommand {
  MetadataCommand() {}

  /** Writes into a file that gets its name when it is whole and on disk. */
  private abstract static class ToFile extends ClusterCommand {
    @Parameters(paramLabel = "FILE", description = "The file to write.")
    private Path file = Path.of("");

    abstract Query question();

    @Override
    void run(Dfs dfs, PrintWriter out) throws Exception {
      Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
      try {
        long bytes;
        try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(unfinished))) {
          bytes = LongAnswer.copy(dfs.vfs(), question(), to);
        }
        try (FileChannel written = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
          written.force(true);
        }
        Files.move(
            unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        out.println(file + ": " + Quantity.formatBytes(bytes));
      } finally {
        Files.deleteIfExists(unfinished);
      }
    }
  }

  @Command(name = "backup", description = "Write an archive of the tree as it is now to a file.")
  static final class Backup extends ToFile {
    @Override
    Query question() {
      return new Query.BackupMetadata();
    }
  }

  @Command(
      name = "dump",
      description = "Write the tree as it is now to a file, as lines of JSON for other programs.")
  static final class Dump extends ToFile {
    @Override
    Query question() {
      return new Query.DumpMetadata();
    }
  }

  @Command(
      name = "discard-newer",
      description = "After a restore: give up the chunks that were written after the backup.")
  static final class DiscardNewer extends ClusterCommand {
    @Override
    void run(Dfs dfs, PrintWriter out) {
      Dfs.await(dfs.vfs().ask(new Query.DiscardNewer(), Reply.Done.class));
      out.println("the next inventories of the dataservers remove them");
    }
  }
}
