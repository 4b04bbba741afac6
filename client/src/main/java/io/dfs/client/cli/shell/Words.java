package io.dfs.client.cli.shell;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes a line apart into words, as a shell does: quotes of both kinds, backslashes, comments. */
public final class Words {
  private Words() {}

  /**
   * The words of a line; none for a comment.
   *
   * @throws IllegalArgumentException when a quote is not closed
   */
  public static List<String> of(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = null;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        word = finish(words, word);
      } else if (quote == 0 && word == null && c == '#') {
        return words;
      } else {
        word = word == null ? new StringBuilder() : word;
        if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
          word.append(line.charAt(++i));
        } else if (quote == 0 && (c == '"' || c == '\'')) {
          quote = c;
        } else if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote " + quote + " is not closed");
    }
    finish(words, word);
    return words;
  }

  private static @Nullable StringBuilder finish(List<String> words, @Nullable StringBuilder word) {
    if (word != null) {
      words.add(word.toString());
    }
    return null;
  }
}
