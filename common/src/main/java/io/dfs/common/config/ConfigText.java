package io.dfs.common.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes the text of a configuration file apart, line by line. Confined to one call. */
final class ConfigText {
  /** One section: the line of its first header, and its entries by key. */
  record Block(int line, Map<String, Entry> entries) {}

  /** One {@code key = value}, and its line. */
  record Entry(int line, String key, String value) {}

  private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*");

  /** What some editors put before UTF-8 text. */
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final String file;
  private final Map<String, Block> blocks = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  /** The section that the next line is in; null before the first header and after a bad one. */
  private @Nullable Block block;

  private boolean headerSeen;

  private ConfigText(String file) {
    this.file = file;
  }

  /**
   * The sections of a text, in its order.
   *
   * @throws ConfigException naming every malformed line
   */
  static Map<String, Block> parse(String file, String text) {
    ConfigText parser = new ConfigText(file);
    String clean = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    int number = 0;
    for (String line : clean.lines().toList()) {
      number++;
      String content = COMMENT.matcher(line).replaceFirst("").strip();
      if (content.startsWith("[")) {
        parser.header(number, content);
      } else if (!content.isEmpty()) {
        parser.entry(number, content);
      }
    }
    ConfigException.throwIfAny(parser.problems);
    return parser.blocks;
  }

  private void header(int line, String content) {
    headerSeen = true;
    block = null;
    if (!content.endsWith("]")) {
      problem(line, content, "not a section header; write [name] alone on the line");
      return;
    }
    String name = content.substring(1, content.length() - 1).strip();
    if (!NAME.matcher(name).matches()) {
      problem(line, content, "not a section name; write lower-case letters, digits and hyphens");
      return;
    }
    block = blocks.computeIfAbsent(name, unused -> new Block(line, new LinkedHashMap<>()));
  }

  private void entry(int line, String content) {
    int equals = content.indexOf('=');
    if (equals < 0) {
      problem(line, content, "not a setting; write key = value");
      return;
    }
    String key = content.substring(0, equals).strip();
    if (!NAME.matcher(key).matches()) {
      problem(line, content, "not a key; write lower-case letters, digits and hyphens before =");
      return;
    }
    if (block == null) {
      if (!headerSeen) {
        problem(line, content, "a key outside a section; write its [section] on a line above");
      }
      return;
    }
    Entry entry = new Entry(line, key, content.substring(equals + 1).strip());
    Entry earlier = block.entries().putIfAbsent(key, entry);
    if (earlier != null) {
      problem(line, content, "already set on line " + earlier.line() + "; remove one of the two");
    }
  }

  private void problem(int line, String content, String reason) {
    problems.add(file + ":" + line + ": " + content + ": " + reason);
  }
}
