package io.dfs.common.config;

import static java.util.stream.Collectors.joining;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * How one value of a type is written: what it is called and how it is read. Immutable.
 *
 * @param noun what the reference calls it
 * @param parser from non-empty text to the value; refuses with an {@link IllegalArgumentException}
 *     whose message says what is wrong and what would be right
 */
record Scalar(String noun, Function<String, Object> parser) {
  private static final List<String> YES = List.of("true", "yes", "on");
  private static final List<String> NO = List.of("false", "no", "off");

  /** The type's way of writing, or an {@link IllegalStateException} if it is no setting's type. */
  static Scalar of(Class<?> type, boolean isBytes, Setting setting) {
    if (type == int.class || type == Integer.class) {
      return ranged("whole number", Scalar::parseInt, setting);
    } else if (type == long.class || type == Long.class) {
      return isBytes
          ? ranged("size", Quantity::parseBytes, setting)
          : ranged("whole number", Scalar::parseLong, setting);
    } else if (type == Duration.class) {
      return ranged("duration", Quantity::parseDuration, setting);
    }
    if (!setting.min().isEmpty() || !setting.max().isEmpty()) {
      throw new IllegalStateException("a " + type.getSimpleName() + " has no range");
    }
    if (type == boolean.class || type == Boolean.class) {
      return new Scalar("true or false", Scalar::parseBoolean);
    } else if (type == String.class) {
      return text(setting);
    } else if (type == Path.class) {
      return new Scalar("path", Scalar::parsePath);
    } else if (type == HostPort.class) {
      return address(setting);
    } else if (type.isEnum()) {
      return choice(type.getEnumConstants());
    }
    throw new IllegalStateException(type + " is not a type of setting");
  }

  static String kebab(String camel) {
    return camel.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private static <T extends Comparable<T>> Scalar ranged(
      String noun, Function<String, T> parser, Setting setting) {
    String min = setting.min();
    String max = setting.max();
    StringBuilder range = new StringBuilder(noun);
    if (!min.isEmpty()) {
      range.append(max.isEmpty() ? ", at least " : " from ").append(min);
    }
    if (!max.isEmpty()) {
      range.append(min.isEmpty() ? ", at most " : " to ").append(max);
    }
    return new Scalar(
        range.toString(),
        text -> {
          T value = withExample(parser, text, setting);
          if (!min.isEmpty() && value.compareTo(parser.apply(min)) < 0) {
            throw new IllegalArgumentException("too small; write a " + range);
          }
          if (!max.isEmpty() && value.compareTo(parser.apply(max)) > 0) {
            throw new IllegalArgumentException("too large; write a " + range);
          }
          return value;
        });
  }

  private static Scalar text(Setting setting) {
    if (setting.choices().length > 0) {
      List<String> choices = List.of(setting.choices());
      return new Scalar(oneOf(choices), text -> choices.get(indexIn(choices, text)));
    }
    if (setting.pattern().isEmpty()) {
      return new Scalar("text", text -> text);
    }
    Pattern pattern = Pattern.compile(setting.pattern());
    return new Scalar(
        "text matching " + pattern,
        text -> {
          if (!pattern.matcher(text).matches()) {
            throw new IllegalArgumentException("not allowed; write text that matches " + pattern);
          }
          return text;
        });
  }

  private static Scalar choice(Object[] constants) {
    List<String> names =
        Arrays.stream(constants)
            .map(c -> ((Enum<?>) c).name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .toList();
    return new Scalar(oneOf(names), text -> constants[indexIn(names, text)]);
  }

  private static Scalar address(Setting setting) {
    String first = setting.value().split(",", 2)[0].strip();
    if (first.isEmpty()) {
      return new Scalar("address (host:port)", HostPort::parse);
    }
    int defaultPort = HostPort.parse(first).port();
    return new Scalar(
        "address (host:port, or host for port " + defaultPort + ")",
        text -> withExample(item -> HostPort.parse(item, defaultPort), text, setting));
  }

  /** Closes the message about a malformed text with the default, which shows the form. */
  private static <T> T withExample(Function<String, T> parser, String text, Setting setting) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      if (setting.value().isEmpty()) {
        throw e;
      }
      throw new IllegalArgumentException(e.getMessage() + ", for example " + setting.value(), e);
    }
  }

  private static int indexIn(List<String> choices, String text) {
    int index = choices.indexOf(text);
    if (index < 0) {
      throw new IllegalArgumentException("not a choice; write " + oneOf(choices));
    }
    return index;
  }

  private static String oneOf(List<String> choices) {
    return choices.stream().collect(joining(", ", "one of ", ""));
  }

  private static boolean parseBoolean(String text) {
    String word = text.toLowerCase(Locale.ROOT);
    if (!YES.contains(word) && !NO.contains(word)) {
      throw new IllegalArgumentException("neither true nor false; write true or false");
    }
    return YES.contains(word);
  }

  private static int parseInt(String text) {
    long value = parseLong(text);
    if (value != (int) value) {
      throw new IllegalArgumentException(
          "out of range; write a number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  private static long parseLong(String text) {
    if (!text.matches("[+-]?[0-9]+")) {
      throw new IllegalArgumentException("not a whole number; write digits only");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("too many digits; write a smaller number", e);
    }
  }

  private static Path parsePath(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("no path; write the name of a file or folder");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("not a path; write the name of a file or folder", e);
    }
  }
}
