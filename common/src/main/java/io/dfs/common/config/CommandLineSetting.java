package io.dfs.common.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A setting given on the command line, {@code key=value} or {@code section.key=value}. Immutable.
 *
 * @param text as it was typed
 * @param section null if it was not named
 */
record CommandLineSetting(String text, @Nullable String section, String key, String value) {
  private static final Pattern FORM = Pattern.compile("(?s)(?:([^.=]+)\\.)?([^.=]+)=(.*)");

  /**
   * Reads the options of a command line.
   *
   * @throws ConfigException naming every malformed one
   */
  static List<CommandLineSetting> parse(List<String> options) {
    List<CommandLineSetting> settings = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (String option : options) {
      Matcher parts = FORM.matcher(option);
      if (parts.matches()) {
        String section = parts.group(1);
        settings.add(
            new CommandLineSetting(
                option,
                section == null ? null : section.strip(),
                parts.group(2).strip(),
                parts.group(3).strip()));
      } else {
        problems.add("option " + option + ": not a setting; write key=value or section.key=value");
      }
    }
    ConfigException.throwIfAny(problems);
    return settings;
  }
}
