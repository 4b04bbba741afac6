package io.dfs.client.cli.explain;

import io.dfs.common.error.Errno;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an error means here, and what to do. Immutable.
 *
 * @param title the error
 * @param causes what it comes of, the most frequent first
 * @param remedies what to do, as commands where there are some
 */
public record Advice(String title, List<String> causes, List<String> remedies) {

  /** The advice on an error by its name, its number, or words of its message. */
  public static List<Advice> on(String error) {
    Errno errno = errno(error);
    if (errno != null) {
      return List.of(Errors.on(errno));
    }
    String text = error.toLowerCase(Locale.ROOT);
    List<Advice> found = new ArrayList<>(Situations.matching(text));
    Errno named = named(text);
    if (named != null) {
      found.add(Errors.on(named));
    }
    return found;
  }

  private static @Nullable Errno errno(String error) {
    String name = error.strip().replaceFirst("^-", "");
    for (Errno errno : Errno.values()) {
      if (errno.name().equalsIgnoreCase(name) || String.valueOf(errno.code()).equals(name)) {
        return errno;
      }
    }
    return null;
  }

  /** The error whose name or text is in a message, the longest if there are several. */
  private static @Nullable Errno named(String text) {
    List<Errno> named = new ArrayList<>();
    for (Errno errno : Errno.values()) {
      if (text.matches("(?s).*\\b" + errno.name().toLowerCase(Locale.ROOT) + "\\b.*")
          || text.contains(errno.text())) {
        named.add(errno);
      }
    }
    return named.stream().max(Comparator.comparingInt(e -> e.text().length())).orElse(null);
  }
}
