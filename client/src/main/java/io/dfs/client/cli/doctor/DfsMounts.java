package io.dfs.client.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where dfs is mounted on this machine, by the kernel's word. Touches no mount. */
public final class DfsMounts {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

  private DfsMounts() {}

  /** All mount points, in the order of mounting. */
  public static List<Path> all() throws IOException {
    return parse(new String(Files.readAllBytes(MOUNTINFO), StandardCharsets.UTF_8));
  }

  /** The mount that an absolute path is in. */
  public static Optional<Path> of(Path path) throws IOException {
    return all().stream()
        .filter(path::startsWith)
        .reduce((a, b) -> b.getNameCount() >= a.getNameCount() ? b : a);
  }

  /** Format: proc(5), {@code /proc/pid/mountinfo}. */
  static List<Path> parse(String mountinfo) {
    List<Path> mounts = new ArrayList<>();
    for (String line : mountinfo.split("\n", -1)) {
      String[] fields = line.split(" ", -1);
      int dash = List.of(fields).indexOf("-");
      if (dash > 4 && fields.length > dash + 1 && fields[dash + 1].equals("fuse.dfs")) {
        mounts.add(Path.of(unescape(fields[4])));
      }
    }
    return mounts;
  }

  /** Spaces and the like are a backslash and three octal digits. */
  private static String unescape(String field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(field.charAt(i));
      }
    }
    return text.toString();
  }
}
