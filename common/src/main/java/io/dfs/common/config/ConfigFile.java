package io.dfs.common.config;

import io.dfs.common.config.ConfigText.Block;
import io.dfs.common.config.ConfigText.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A parsed configuration file, from which each component reads its own record. Immutable.
 *
 * <pre>
 * # A comment takes a line, or the rest of one after a space.
 * [dataserver]
 * listen = 0.0.0.0:9701
 * directories = /disk1/dfs, /disk2/dfs   # a list has commas
 * </pre>
 *
 * <p>The text is UTF-8, without quotes or escapes. A section may be written in several parts, a key
 * only once. Whoever reads a file also calls {@link #checkKeys}, so that no misspelt setting is
 * silently its default.
 */
public final class ConfigFile {
  private final String name;
  private final Map<String, Block> blocks;

  private ConfigFile(String name, Map<String, Block> blocks) {
    this.name = name;
    this.blocks = blocks;
  }

  /** No file: every setting is its default unless the command line says otherwise. */
  public static ConfigFile empty() {
    return new ConfigFile("configuration", Map.of());
  }

  /**
   * Reads and parses a file.
   *
   * @throws ConfigException if it cannot be read, or naming every malformed line
   */
  public static ConfigFile parse(Path path) {
    return parse(path.toString(), Utf8File.read(path));
  }

  /**
   * Parses a text.
   *
   * @param name what messages call it
   * @throws ConfigException naming every malformed line
   */
  public static ConfigFile parse(String name, String text) {
    return new ConfigFile(name, ConfigText.parse(name, text));
  }

  /**
   * Fills a record from its section, then from the command line, the last mention of a key winning.
   *
   * @param overrides {@code key=value} for a key of this record, {@code section.key=value} for any;
   *     those of other sections are left to their own reader
   * @throws ConfigException naming every bad value; or if the record's constructor refuses the
   *     values together, with an {@link IllegalArgumentException}
   */
  public <R extends Record> R read(Class<R> type, List<String> overrides) {
    SectionSpec section = SectionSpec.of(type);
    List<String> problems = new ArrayList<>();
    Map<String, CommandLineSetting> options = options(section, overrides, problems);
    Map<String, Entry> entries =
        blocks.containsKey(section.name()) ? blocks.get(section.name()).entries() : Map.of();
    List<Object> values = new ArrayList<>();
    for (SettingSpec setting : section.settings()) {
      CommandLineSetting option = options.get(setting.key());
      Entry entry = entries.get(setting.key());
      if (option != null) {
        addValue(setting, option.value(), where(option), values, problems);
      } else if (entry != null) {
        addValue(setting, entry.value(), where(entry), values, problems);
      } else {
        values.add(setting.parse(setting.defaultText()));
      }
    }
    ConfigException.throwIfAny(problems);
    try {
      return SectionSpec.create(type, values);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(name + ": [" + section.name() + "]: " + e.getMessage());
    }
  }

  /**
   * Refuses sections and keys of the file that are in none of the records.
   *
   * @throws ConfigException naming all of them, with the nearest known name
   */
  @SafeVarargs
  public final void checkKeys(Class<? extends Record>... known) {
    KnownKeys keys = new KnownKeys();
    for (Class<? extends Record> type : known) {
      keys.add(SectionSpec.of(type));
    }
    refuseUnknown(List.of(), keys);
  }

  /**
   * Refuses sections and keys of the file, and of {@code section.key=value} overrides, that are in
   * none of the records.
   *
   * @throws ConfigException naming all of them, with the nearest known name
   */
  @SafeVarargs
  public final void checkKeys(List<String> overrides, Class<? extends Record>... known) {
    KnownKeys keys = new KnownKeys();
    for (Class<? extends Record> type : known) {
      keys.add(SectionSpec.of(type));
    }
    refuseUnknown(overrides, keys);
  }

  private void refuseUnknown(List<String> overrides, KnownKeys keys) {
    List<String> problems = new ArrayList<>();
    blocks.forEach(
        (section, block) -> {
          keys.objectionTo(section)
              .ifPresent(why -> problems.add(where(block.line(), "[" + section + "]") + why));
          if (keys.hasSection(section)) {
            for (Entry entry : block.entries().values()) {
              keys.objectionTo(section, entry.key())
                  .ifPresent(why -> problems.add(where(entry) + why));
            }
          }
        });
    for (CommandLineSetting option : CommandLineSetting.parse(overrides)) {
      if (option.section() != null) {
        keys.objectionTo(option.section(), option.key())
            .ifPresent(why -> problems.add(where(option) + why));
      }
    }
    ConfigException.throwIfAny(problems);
  }

  private static Map<String, CommandLineSetting> options(
      SectionSpec section, List<String> overrides, List<String> problems) {
    KnownKeys keys = new KnownKeys();
    keys.add(section);
    Map<String, CommandLineSetting> options = new HashMap<>();
    for (CommandLineSetting option : CommandLineSetting.parse(overrides)) {
      if (option.section() == null || option.section().equals(section.name())) {
        options.put(option.key(), option);
        keys.objectionTo(section.name(), option.key())
            .ifPresent(why -> problems.add(where(option) + why));
      }
    }
    return options;
  }

  private static void addValue(
      SettingSpec setting, String text, String where, List<Object> values, List<String> problems) {
    try {
      values.add(setting.parse(text));
    } catch (IllegalArgumentException e) {
      problems.add(where + e.getMessage());
    }
  }

  private String where(Entry entry) {
    return where(entry.line(), entry.key() + " = " + entry.value());
  }

  private String where(int line, String content) {
    return name + ":" + line + ": " + content + ": ";
  }

  private static String where(CommandLineSetting option) {
    return "option " + option.text() + ": ";
  }
}
