package io.dfs.client.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
  private final @Nullable ShellSession shell;

  private DfsCommand(@Nullable ShellSession shell) {
    this.shell = shell;
  }

  /** The shell that the command runs in, if it does. */
  @Nullable ShellSession shell() {
    return shell;
  }

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
    String name = arguments.length > 0 ? arguments[0] : "";
    int code = commandLine(null, name).setOut(out).execute(arguments);
    out.flush();
    return code;
  }

  /** The command line with all commands that work with a running cluster. */
  public static CommandLine commandLine() {
    return commandLine(null, "");
  }

  /**
   * The command line for one command, or with all when there is none of that name.
   *
   * @param shell in which it runs
   */
  static CommandLine commandLine(@Nullable ShellSession shell, String name) {
    CommandLine dfs = new CommandLine(new DfsCommand(shell));
    Object only = Commands.make(name);
    if (only != null) {
      dfs.addSubcommand(only);
    } else {
      Commands.NAMES.forEach(each -> dfs.addSubcommand(Commands.make(each)));
      dfs.addSubcommand(new HelpCommand());
    }
    addCommonOptions(dfs);
    return dfs.setExecutionExceptionHandler(new FailureLine())
        .setParameterExceptionHandler(DfsCommand::wrongUsage)
        .setUsageHelpAutoWidth(true);
  }

  private static void addCommonOptions(CommandLine parent) {
    // A command with aliases is there several times.
    for (CommandLine command : Set.copyOf(parent.getSubcommands().values())) {
      if (!command.getCommandSpec().helpCommand()) {
        command.addMixin(CommonOptions.MIXIN, new CommonOptions());
        if (command.getCommand() instanceof ClusterCommand user) {
          command.addMixin(ClusterOptions.MIXIN, user.cluster());
        }
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
