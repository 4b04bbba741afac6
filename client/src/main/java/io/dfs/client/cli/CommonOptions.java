package io.dfs.client.cli;

import picocli.CommandLine.Option;

/** Options that every command has. */
final class CommonOptions {
  /** What a command calls its mixin of these, so that {@link FailureLine} finds it. */
  static final String MIXIN = "common";

  // Not -h, which stands for human-readable sizes where there are any.
  @Option(names = "--help", usageHelp = true, description = "Show this and end.")
  private boolean help;

  @Option(names = "--debug", description = "Say where a failure happened.")
  private boolean debug;

  // The launcher takes the option out before Java sees it; here it stands for the help.
  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace; DFS_LOG_LEVEL does the same.")
  private String logLevel = "warn";

  boolean debug() {
    return debug || help || logLevel.equals("trace");
  }
}
