package io.dfs.client.cli;

/** A page of text that is shown again and again in a terminal, in the place of the one before. */
final class Page {
  /** Before the first. */
  static final String CLEAR = "\u001b[2J";

  /** Home, and what is below it cleared: flickers less than clearing first. */
  private static final String HOME = "\u001b[H";

  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";

  private Page() {}

  static String again(String text) {
    return HOME + text.replace("\n", CLEAR_LINE + "\n") + CLEAR_BELOW;
  }
}
