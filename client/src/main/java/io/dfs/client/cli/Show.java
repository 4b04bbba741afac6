package io.dfs.client.cli;

import io.dfs.common.message.Attr;
import io.dfs.common.message.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** How values look to a person. */
final class Show {
  /** Apart, as the rules of time zones take long to read, and many commands show no time. */
  private static final class Time {
    static final DateTimeFormatter MINUTES =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT)
            .withZone(ZoneId.systemDefault());
  }

  private Show() {}

  static String time(Timestamp time) {
    return Time.MINUTES.format(instant(time));
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

  /** All attributes, for {@code --json} and {@code stat}. */
  static Map<String, Object> attributes(Attr attr) {
    return Json.object(
        "inode", attr.inode().value(),
        "type", attr.type().name().toLowerCase(Locale.ROOT),
        "mode", String.format(Locale.ROOT, "%04o", attr.mode()),
        "nlink", attr.nlink(),
        "uid", attr.uid(),
        "gid", attr.gid(),
        "size", attr.sizeBytes(),
        "allocated", attr.allocatedBytes(),
        "atime", instant(attr.atime()),
        "mtime", instant(attr.mtime()),
        "ctime", instant(attr.ctime()),
        "btime", instant(attr.btime()),
        "version", attr.version(),
        "chunkBytes", attr.settings().chunkBytes(),
        "replicas", attr.settings().replicas());
  }
}
