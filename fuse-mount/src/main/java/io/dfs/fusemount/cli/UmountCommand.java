package io.dfs.fusemount.cli;

import io.dfs.common.error.FsException;
import io.dfs.fusemount.mount.MountPoint;
import io.dfs.fusemount.server.MountDaemon;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dfs umount}: unmounts, and returns when everything is written. */
@Command(
    name = "umount",
    mixinStandardHelpOptions = true,
    versionProvider = MountCommand.Version.class,
    description = "Unmounts a folder, and returns when everything written in it is on the servers.")
public final class UmountCommand implements Callable<Integer> {
  private static final int USAGE = 1;
  private static final int FAILURE = 32;

  @Parameters(paramLabel = "FOLDER", description = "Where dfs is mounted.")
  private String folder = "";

  @Option(
      names = {"-l", "--lazy"},
      description = "Take it out of the tree at once, even if programs use it.")
  private boolean lazy;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long to wait for what is not written yet (default: ${DEFAULT-VALUE}).")
  private int waitSeconds = 120;

  public static void main(String[] args) {
    CommandLine command = new CommandLine(new UmountCommand());
    command.setParameterExceptionHandler(
        (failure, unused) -> {
          command.getErr().println("dfs umount: " + failure.getMessage());
          command.getErr().println("See: dfs umount --help");
          return USAGE;
        });
    command.setExecutionExceptionHandler(
        (failure, line, unused) -> {
          if (!(failure instanceof FsException)) {
            throw failure;
          }
          line.getErr().println("dfs umount: " + failure.getMessage());
          line.getErr().flush();
          return FAILURE;
        });
    System.exit(command.execute(args));
  }

  @Override
  public Integer call() {
    MountDaemon.unmount(MountPoint.at(folder), lazy, Duration.ofSeconds(waitSeconds));
    return 0;
  }
}
