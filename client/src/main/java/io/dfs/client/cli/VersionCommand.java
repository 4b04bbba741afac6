package io.dfs.client.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "version", description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine().getOut().println(Version.line());
    return 0;
  }

  /** The version as in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {line()};
    }

    /** As the parts of a cluster tell each other. */
    static String number() {
      String version = Version.class.getPackage().getImplementationVersion();
      return version == null ? "(from classes)" : version;
    }

    static String line() {
      return "dfs " + number() + ", Java " + System.getProperty("java.version");
    }
  }
}
