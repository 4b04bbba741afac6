package io.dfs.client.cli;

import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
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

  /**
   * Whether the copies get names in the target, rather than its name.
   *
   * @throws FsException ENOTDIR when several go to what is no directory
   */
  boolean goInto(boolean targetIsDirectory) {
    if (!targetIsDirectory && sources().size() > 1) {
      throw new FsException(
          Errno.ENOTDIR, target() + ": not a directory; several need one to go to");
    }
    return targetIsDirectory;
  }

  boolean recursive() {
    return recursive;
  }
}
