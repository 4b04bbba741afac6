package io.dfs.packaging;

import java.util.ArrayList;
import java.util.List;

/** Text for people in lines that fit a terminal, as the formats of packages want it. */
final class Paragraph {
  private static final int LINE = 78;

  private Paragraph() {}

  static List<String> wrap(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" +", -1)) {
      if (line.length() + word.length() >= LINE) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
