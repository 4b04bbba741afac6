package io.dfs.packaging;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What fish completes: commands, their options, and files as arguments. */
final class FishCompletion {
  private FishCompletion() {}

  static String of(CommandSpec dfs) {
    StringBuilder script = new StringBuilder("# Completion of dfs for fish.\n");
    for (Map.Entry<String, CommandLine> entry : dfs.subcommands().entrySet()) {
      CommandSpec command = entry.getValue().getCommandSpec();
      script
          .append("complete -c dfs -n __fish_use_subcommand -f -a ")
          .append(quoted(entry.getKey()))
          .append(description(command.usageMessage().description()))
          .append('\n');
      for (OptionSpec option : command.options()) {
        if (!option.hidden()) {
          script.append(option(entry.getKey(), option)).append('\n');
        }
      }
    }
    return script.toString();
  }

  private static String option(String command, OptionSpec option) {
    StringBuilder line =
        new StringBuilder("complete -c dfs -n ")
            .append(quoted("__fish_seen_subcommand_from " + command));
    for (String name : option.names()) {
      line.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^--?", ""));
    }
    if (option.arity().max() > 0) {
      line.append(" -r");
    }
    return line.append(description(option.description())).toString();
  }

  private static String description(String[] lines) {
    return lines.length == 0 ? "" : " -d " + quoted(lines[0]);
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
