package io.dfs.client.cli;

import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is to be copied, and where to, last: the arguments of commands that copy files. */
final class CopyArguments {
  @Parameters(arity = "2..*", hideParamSyntax = true, paramLabel = "SOURCE... TARGET")
  private List<String> arguments = List.of();

  @Option(names = "-r", description = "Directories too, with all that is in them.")
  private boolean recursive;

  List<String> sources() {
    return arguments.subList(0, arguments.size() - 1);
  }

  String target() {
    return arguments.get(arguments.size() - 1);
  }

  boolean recursive() {
    return recursive;
  }
}
