package io.dfs.client.cli;

import io.dfs.common.message.Attr;
import io.dfs.common.message.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How values look to a person. */
final class Show {
  private static final String[] UNITS = {"", "K", "M", "G", "T", "P", "E"};
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

  private Show() {}

  /** As {@code ls -h} shows sizes: {@code 512}, {@code 1.5K}, {@code 23M}. */
  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String form = unit == 0 || value >= 10 ? "%.0f%s" : "%.1f%s";
    return String.format(Locale.ROOT, form, value, UNITS[unit]);
  }

  static String time(Timestamp time) {
    return MINUTES.format(instant(time));
  }

  static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.seconds(), time.nanos());
  }

  /** Type and permissions as {@code ls -l} shows them. */
  static String mode(Attr attr) {
    char type =
        switch (attr.type()) {
          case REGULAR -> '-';
          case DIRECTORY -> 'd';
          case SYMLINK -> 'l';
          case FIFO -> 'p';
          case SOCKET -> 's';
          case CHARACTER_DEVICE -> 'c';
          case BLOCK_DEVICE -> 'b';
        };
    int mode = attr.mode();
    StringBuilder text = new StringBuilder().append(type);
    for (int shift = 6; shift >= 0; shift -= 3) {
      int bits = mode >> shift;
      text.append((bits & 4) != 0 ? 'r' : '-').append((bits & 2) != 0 ? 'w' : '-');
      boolean execute = (bits & 1) != 0;
      boolean special = (mode & (01000 << (shift / 3))) != 0;
      char letter = shift == 0 ? 't' : 's';
      text.append(
          special ? (execute ? letter : Character.toUpperCase(letter)) : execute ? 'x' : '-');
    }
    return text.toString();
  }

  /** A name without the characters that would steer a terminal. */
  static String name(String name) {
    StringBuilder text = new StringBuilder(name.length());
    name.codePoints().forEach(c -> text.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return text.toString();
  }

  /** {@code 3 d 4 h}, {@code 5 m 6 s}. */
  static String duration(long seconds) {
    if (seconds >= 86_400) {
      return seconds / 86_400 + " d " + seconds % 86_400 / 3600 + " h";
    } else if (seconds >= 3600) {
      return seconds / 3600 + " h " + seconds % 3600 / 60 + " m";
    } else if (seconds >= 60) {
      return seconds / 60 + " m " + seconds % 60 + " s";
    }
    return seconds + " s";
  }
}
