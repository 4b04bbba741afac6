package io.dfs.client.cli;

/** What is a terminal. The launcher knows; Java has no way to ask that holds for all versions. */
final class Terminal {
  private Terminal() {}

  /** Standard error is one. */
  static boolean onError() {
    return Boolean.getBoolean("dfs.stderr.terminal");
  }

  /** Standard input and output are one. */
  static boolean interactive() {
    return Boolean.getBoolean("dfs.terminal");
  }
}
