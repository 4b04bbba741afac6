package io.dfs.common.config;

import java.util.Collection;
import java.util.Optional;

/** Guesses the name that someone meant. */
final class Nearest {
  private Nearest() {}

  /** The known name fewest edits away, unless it is too far to be what was meant. */
  static Optional<String> to(String name, Collection<String> known) {
    String nearest = null;
    int fewest = Math.max(2, name.length() / 3) + 1;
    for (String candidate : known) {
      int edits = edits(name, candidate);
      if (edits < fewest && edits < candidate.length()) {
        fewest = edits;
        nearest = candidate;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** Levenshtein's distance, one row of the table at a time. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
