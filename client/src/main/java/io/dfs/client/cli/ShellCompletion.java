package io.dfs.client.cli;

import io.dfs.client.cli.shell.LineEditor;
import io.dfs.client.cli.shell.LocalNames;
import io.dfs.common.error.FsException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine;

/** Completes commands, their options, and paths of the cluster and of this machine. Confined. */
final class ShellCompletion implements LineEditor.Completion {
  /** As many names of a directory as anybody looks at. */
  private static final int MAX_NAMES = 500;

  private static final String CLUSTER = "dfs:";

  /** What an operand of a command may be. */
  private enum Operand {
    HERE,
    CLUSTER,
    EITHER
  }

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
    CommandLine command = all;
    int operands = 0;
    for (String word : words.subList(0, words.size() - 1)) {
      CommandLine below = command.getSubcommands().get(word);
      if (below != null && operands == 0) {
        command = below;
      } else if (command != all && !word.startsWith("-")) {
        operands++;
      }
    }
    if (last.startsWith("-")) {
      return beginning(command.getCommandSpec().optionsMap().keySet(), last);
    }
    List<String> found = new ArrayList<>();
    if (command != all && operands == 0) {
      found.addAll(beginning(command.getSubcommands().keySet(), last));
    }
    found.addAll(paths(words.get(0), operands, last));
    return found;
  }

  private static List<String> beginning(Collection<String> words, String with) {
    return words.stream().filter(word -> word.startsWith(with)).distinct().sorted().toList();
  }

  /**
   * @param before how many operands stand in front
   */
  private static Operand operand(String command, int before) {
    return switch (command) {
      case "put", "save", "upload" -> before == 0 ? Operand.HERE : Operand.EITHER;
      case "get", "load", "download" -> before == 0 ? Operand.CLUSTER : Operand.EITHER;
      case "sync", "warmup", "bench", "profile", "metadata" -> Operand.HERE;
      default -> Operand.CLUSTER;
    };
  }

  private List<String> paths(String command, int before, String typed) {
    Operand operand = operand(command, before);
    List<String> paths = new ArrayList<>();
    if (command.equals("sync") && typed.startsWith(CLUSTER)) {
      String path = typed.substring(CLUSTER.length());
      inCluster(path, false).forEach(found -> paths.add(CLUSTER + found));
      return paths;
    }
    if (operand != Operand.HERE) {
      paths.addAll(inCluster(typed, command.equals("cd")));
    }
    if (operand != Operand.CLUSTER) {
      paths.addAll(LocalNames.of(typed, MAX_NAMES));
    }
    return paths;
  }

  private List<String> inCluster(String typed, boolean directories) {
    String above = typed.substring(0, typed.lastIndexOf('/') + 1);
    String begun = typed.substring(above.length());
    List<String> paths = new ArrayList<>();
    try {
      session
          .files()
          .list(
              above.isEmpty() ? session.directory() : above,
              entry -> {
                boolean directory = entry.attr().isDirectory();
                if (entry.name().startsWith(begun)
                    && paths.size() < MAX_NAMES
                    && (directory || !directories)) {
                  paths.add(above + entry.name() + (directory ? "/" : ""));
                }
              });
    } catch (FsException e) {
      // There is no such directory.
    }
    return paths;
  }
}
