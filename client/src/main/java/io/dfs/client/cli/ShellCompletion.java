package io.dfs.client.cli;

import io.dfs.client.cli.shell.LineEditor;
import io.dfs.common.error.FsException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine;

/** Completes commands, their options, and paths of the cluster. Confined. */
final class ShellCompletion implements LineEditor.Completion {
  /** As many names of a directory as anybody looks at. */
  private static final int MAX_NAMES = 500;

  private final ShellSession session;
  private final CommandLine all = DfsCommand.commandLine();

  ShellCompletion(ShellSession session) {
    this.session = session;
  }

  @Override
  public List<String> of(List<String> words) {
    String last = words.get(words.size() - 1);
    if (words.size() == 1) {
      List<String> names = new ArrayList<>(all.getSubcommands().keySet());
      names.addAll(ShellSession.OWN);
      return beginning(names, last);
    }
    CommandLine command = all.getSubcommands().get(words.get(0));
    if (last.startsWith("-")) {
      return command == null
          ? List.of()
          : beginning(command.getCommandSpec().optionsMap().keySet(), last);
    }
    if (words.size() == 2 && command != null && !command.getSubcommands().isEmpty()) {
      return beginning(command.getSubcommands().keySet(), last);
    }
    try {
      return paths(last);
    } catch (FsException e) {
      return List.of(); // there is no such directory
    }
  }

  private static List<String> beginning(Collection<String> words, String with) {
    return words.stream().filter(word -> word.startsWith(with)).distinct().sorted().toList();
  }

  private List<String> paths(String typed) {
    String above = typed.substring(0, typed.lastIndexOf('/') + 1);
    String begun = typed.substring(above.length());
    List<String> paths = new ArrayList<>();
    session
        .files()
        .list(
            above.isEmpty() ? session.directory() : above,
            entry -> {
              if (entry.name().startsWith(begun) && paths.size() < MAX_NAMES) {
                paths.add(above + entry.name() + (entry.attr().isDirectory() ? "/" : ""));
              }
            });
    return paths;
  }
}
