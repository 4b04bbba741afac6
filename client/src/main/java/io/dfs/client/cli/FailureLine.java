package io.dfs.client.cli;

import io.dfs.common.config.ConfigException;
import io.dfs.common.error.FsException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says in one line why a command failed; with {@code --debug} also where. */
final class FailureLine implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult result) {
    command.getOut().flush();
    String name = command.getCommandSpec().qualifiedName(" ");
    command.getErr().println(name + ": " + reason(failure));
    if (command.getMixins().get(CommonOptions.MIXIN) instanceof CommonOptions common
        && common.debug()) {
      failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** What to tell a person about {@code failure}. */
  static String reason(Exception failure) {
    if (failure instanceof NoSuchFileException e) {
      return e.getFile() + ": no such file or directory";
    } else if (failure instanceof AccessDeniedException e) {
      return e.getFile() + ": permission denied";
    } else if (failure instanceof FileSystemException e && e.getReason() != null) {
      return e.getFile() + ": " + e.getReason();
    } else if (failure instanceof FsException
        || failure instanceof ConfigException
        || failure instanceof IOException) {
      String message = failure.getMessage();
      return message == null ? failure.toString() : message;
    }
    return "unexpected: " + failure + "; --debug says more";
  }
}
