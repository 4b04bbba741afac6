package io.dfs.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The sections and keys that there are, and what to say about those that there are not. Confined to
 * one call.
 */
final class KnownKeys {
  /**
   * The sections of the one file that all components share. A component refuses a misspelt section,
   * and leaves the keys of the others' sections to them: it does not know their records.
   */
  private static final List<String> SHARED_FILE = List.of("nameserver", "dataserver", "client");

  private final Map<String, List<String>> keysBySection = new LinkedHashMap<>();

  void add(SectionSpec section) {
    keysBySection
        .computeIfAbsent(section.name(), unused -> new ArrayList<>())
        .addAll(section.keys());
  }

  boolean hasSection(String section) {
    return keysBySection.containsKey(section);
  }

  /** Why a section is refused, or empty if it is known. */
  Optional<String> objectionTo(String section) {
    if (hasSection(section) || SHARED_FILE.contains(section)) {
      return Optional.empty();
    }
    Set<String> known = new LinkedHashSet<>(keysBySection.keySet());
    known.addAll(SHARED_FILE);
    Optional<String> meant = Nearest.to(section, known);
    return Optional.of(
        "unknown section; "
            + meant
                .map(name -> "did you mean [" + name + "]?")
                .orElse("known are [" + String.join("], [", keysBySection.keySet()) + "]"));
  }

  /** Why a key is refused, or empty if it is known. */
  Optional<String> objectionTo(String section, String key) {
    List<String> keys = keysBySection.get(section);
    if (keys == null) {
      return objectionTo(section);
    }
    if (keys.contains(key)) {
      return Optional.empty();
    }
    return Optional.of(
        "unknown key in ["
            + section
            + "]; "
            + Nearest.to(key, keys)
                .map(name -> "did you mean " + name + "?")
                .orElse("known are " + String.join(", ", keys)));
  }
}
