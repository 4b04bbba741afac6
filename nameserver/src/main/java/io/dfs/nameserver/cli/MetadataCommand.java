package io.dfs.nameserver.cli;

import io.dfs.common.error.FsException;
import io.dfs.nameserver.server.Nameserver;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dfs metadata restore} and {@code load}: what needs no running cluster. */
@Command(
    name = "metadata",
    mixinStandardHelpOptions = true,
    versionProvider = NameserverCommand.Version.class,
    description = "Makes the directory of a nameserver from a backup or a dump.",
    subcommands = {MetadataCommand.RestoreCommand.class, MetadataCommand.LoadCommand.class})
public final class MetadataCommand {
  MetadataCommand() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new MetadataCommand()).execute(args));
  }

  abstract static class Offline implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "What to restore.")
    private @Nullable Path file;

    @Option(
        names = "--dir",
        paramLabel = "DIR",
        required = true,
        description = "The directory for the nameserver; it must be empty or missing.")
    private @Nullable Path dir;

    @Spec private @Nullable CommandSpec spec;

    abstract boolean dump();

    @Override
    public Integer call() {
      CommandLine command = java.util.Objects.requireNonNull(spec).commandLine();
      try {
        var restored =
            Nameserver.restore(
                java.util.Objects.requireNonNull(file),
                java.util.Objects.requireNonNull(dir),
                dump());
        PrintWriter out = command.getOut();
        out.println(
            "restored cluster "
                + restored.clusterId()
                + ": "
                + restored.inodes()
                + " inodes, "
                + restored.chunks()
                + " chunks");
        out.println("Start it with: dfs nameserver --dir " + dir);
        out.println("Then unmount and mount every client again, and see: dfs fsck");
        out.flush();
        return CommandLine.ExitCode.OK;
      } catch (FsException e) {
        command.getErr().println(spec.qualifiedName(" ") + ": " + e.getMessage());
        command.getErr().flush();
        return CommandLine.ExitCode.SOFTWARE;
      }
    }
  }

  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = "Restores what dfs metadata backup or backup-dir has kept.")
  static final class RestoreCommand extends Offline {
    @Override
    boolean dump() {
      return false;
    }
  }

  @Command(
      name = "load",
      mixinStandardHelpOptions = true,
      description = "Restores what dfs metadata dump has written.")
  static final class LoadCommand extends Offline {
    @Override
    boolean dump() {
      return true;
    }
  }
}
