package io.dfs.client.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;

/** {@code dfs}: all the commands for use. */
@Command(
    name = "dfs",
    description = "A distributed filesystem that mounts as an ordinary folder.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands against a running cluster:%n",
    subcommands = {
      LsCommand.class,
      PutCommand.class,
      GetCommand.class,
      CatCommand.class,
      MkdirCommand.class,
      MvCommand.class,
      RmCommand.class,
      StatCommand.class,
      SetCommand.class,
      LayoutCommand.class,
      DfCommand.class,
      StatusCommand.class,
      ServersCommand.class,
      MetadataCommand.class,
      TrashCommand.class,
      FsckCommand.class,
      CompactCommand.class,
      ScrubCommand.class,
      RepairCommand.class,
      BalanceCommand.class,
      EventsCommand.class,
      BenchCommand.class,
      VersionCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "The parts of a cluster:",
      "  nameserver  Keeps the directory tree and where the data is.",
      "  dataserver  Keeps the data.",
      "  mount       Mounts a cluster as a folder.",
      "  umount      Unmounts it.",
      "",
      "Each has --help. The cluster is given by --nameserver, DFS_NAMESERVER or",
      "[client] nameservers in /etc/dfs/dfs.conf."
    })
public final class DfsCommand {
  private DfsCommand() {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs a command in this process. Returns the exit code. */
  public static int execute(String... arguments) {
    PrintWriter out =
        new PrintWriter(
            new OutputStreamWriter(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
                Charset.defaultCharset()));
    int code = commandLine().setOut(out).execute(arguments);
    out.flush();
    return code;
  }

  /** The command line with all commands that work with a running cluster. */
  public static CommandLine commandLine() {
    CommandLine dfs = new CommandLine(new DfsCommand());
    addCommonOptions(dfs);
    return dfs.setExecutionExceptionHandler(new FailureLine())
        .setParameterExceptionHandler(DfsCommand::wrongUsage)
        .setUsageHelpAutoWidth(true);
  }

  private static void addCommonOptions(CommandLine parent) {
    for (CommandLine command : parent.getSubcommands().values()) {
      if (!command.getCommandSpec().helpCommand()) {
        command.addMixin(CommonOptions.MIXIN, new CommonOptions());
        addCommonOptions(command);
      }
    }
  }

  private static int wrongUsage(ParameterException failure, String[] unused) {
    String name = failure.getCommandLine().getCommandSpec().qualifiedName(" ");
    PrintWriter err = failure.getCommandLine().getErr();
    err.println(name + ": " + failure.getMessage());
    err.println("See: " + name + " --help");
    return CommandLine.ExitCode.USAGE;
  }
}
