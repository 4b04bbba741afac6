package io.dfs.client.cli;

/** A page of text that is shown again and again in a terminal, in the place of the one before. */
final class Page {
  /** Before the first. */
  static final String CLEAR = "\u001b[2J";

  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String NO_WRAPPING = "\u001b[?7l";
  private static final String WRAPPING = "\u001b[?7h";

  private Page() {}

  /**
   * The text over the page before. Each line is put in its row, so that a terminal that is too low
   * does not scroll: it keeps the first lines, and its last row shows the last of all.
   */
  static String again(String text) {
    StringBuilder page = new StringBuilder(NO_WRAPPING);
    int row = 0;
    for (String line : text.stripTrailing().split("\n", -1)) {
      page.append(at(++row)).append(line).append(CLEAR_LINE);
    }
    // From the end of the last line: the row after it may not be there.
    return page.append(CLEAR_BELOW).append(WRAPPING).toString();
  }

  /** Over the first line, until the page is shown again. */
  static String notice(String line) {
    return at(1) + line + CLEAR_LINE;
  }

  private static String at(int row) {
    return "\u001b[" + row + ";1H";
  }
}
