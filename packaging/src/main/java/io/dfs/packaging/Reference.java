package io.dfs.packaging;

import io.dfs.client.cli.DfsCommand;
import io.dfs.dataserver.cli.DataserverCommand;
import io.dfs.fusemount.cli.MountCommand;
import io.dfs.fusemount.cli.UmountCommand;
import io.dfs.nameserver.cli.NameserverCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Writes man pages of the commands and the completion of three shells, out of the model that reads
 * the command line: what they say is what the code does.
 */
final class Reference {
  private Reference() {}

  /**
   * @param args the folders for man pages and for completions
   */
  public static void main(String[] args) throws IOException {
    Path pages = Files.createDirectories(Path.of(args[0]));
    Path completions = Files.createDirectories(Path.of(args[1]));
    CommandLine dfs = model();
    for (Map.Entry<String, CommandSpec> command : commands(dfs).entrySet()) {
      Files.writeString(
          pages.resolve("dfs-" + command.getKey().replace(' ', '-') + ".1"),
          ManPage.of(command.getValue()));
    }
    String bash = AutoComplete.bash("dfs", dfs);
    Files.writeString(completions.resolve("dfs"), bash);
    Files.writeString(
        completions.resolve("_dfs"),
        "#compdef dfs\nautoload -U +X bashcompinit && bashcompinit\n" + bash);
    Files.writeString(completions.resolve("dfs.fish"), FishCompletion.of(dfs.getCommandSpec()));
  }

  /** The command with all its parts, which the launcher starts as programs of their own. */
  static CommandLine model() {
    CommandLine dfs = DfsCommand.commandLine();
    dfs.addSubcommand("mount", new MountCommand());
    dfs.addSubcommand("umount", new UmountCommand());
    dfs.addSubcommand("nameserver", new NameserverCommand());
    dfs.addSubcommand("dataserver", new DataserverCommand());
    return dfs;
  }

  /** Those that get a page: not help, and not the servers, whose pages are of section 8. */
  static Map<String, CommandSpec> commands(CommandLine dfs) {
    Map<String, CommandSpec> commands = new LinkedHashMap<>();
    dfs.getSubcommands()
        .forEach(
            (name, command) -> {
              CommandSpec spec = command.getCommandSpec();
              if (!spec.helpCommand() && !name.endsWith("server") && name.equals(spec.name())) {
                commands.put(name, spec);
              }
            });
    return commands;
  }
}
