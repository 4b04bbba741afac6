package io.dfs.common.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The reference of all settings, which is itself a configuration file: every setting explained, and
 * commented out at its default.
 */
public final class ConfigReference {
  /** What a terminal shows without wrapping. */
  private static final int LINE_CHARS = 80;

  private static final String HEAD =
      """
      # The settings of dfs, each with its default. To change one, remove the # before
      # it. Sizes: 4096, 64 KiB, 1.5 GiB; 1 MB is 10^6 bytes. Durations: 500 ms, 10 s,
      # 5 m, 2 h, 7 d. Lists have commas. A # at the start of a line or after a space
      # begins a comment.
      """;

  private ConfigReference() {}

  /** The text of the reference; records that share a section follow one another in it. */
  @SafeVarargs
  public static String render(Class<? extends Record>... types) {
    Map<String, List<SectionSpec>> sections = new LinkedHashMap<>();
    for (Class<? extends Record> type : types) {
      SectionSpec section = SectionSpec.of(type);
      sections.computeIfAbsent(section.name(), unused -> new ArrayList<>()).add(section);
    }
    StringBuilder out = new StringBuilder(HEAD);
    sections.forEach(
        (name, parts) -> {
          out.append('\n');
          parts.forEach(part -> comment(out, part.doc()));
          out.append('[').append(name).append("]\n");
          parts.forEach(part -> part.settings().forEach(setting -> render(out, setting)));
        });
    return out.toString();
  }

  private static void render(StringBuilder out, SettingSpec setting) {
    out.append('\n');
    comment(out, setting.setting().doc());
    String form = setting.form();
    comment(out, Character.toUpperCase(form.charAt(0)) + form.substring(1) + ".");
    out.append(("#" + setting.key() + " = " + setting.defaultText()).strip()).append('\n');
  }

  private static void comment(StringBuilder out, String text) {
    StringBuilder line = new StringBuilder("#");
    for (String word : Arrays.stream(text.split("\\s+")).filter(w -> !w.isEmpty()).toList()) {
      if (line.length() > 1 && line.length() + 1 + word.length() > LINE_CHARS) {
        out.append(line).append('\n');
        line.setLength(1);
      }
      line.append(' ').append(word);
    }
    if (line.length() > 1) {
      out.append(line).append('\n');
    }
  }
}
