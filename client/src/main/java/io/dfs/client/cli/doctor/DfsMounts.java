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

  /**
   * A mount.
   *
   * @param device its number, {@code MAJOR:MINOR}
   */
  public record Mount(Path path, String device) {}

  /** All mount points, in the order of mounting. */
  public static List<Path> all() throws IOException {
    return parse(read()).stream().map(Mount::path).toList();
  }

  /** The mount point that an absolute path is below. */
  public static Optional<Path> of(Path path) throws IOException {
    return find(path).map(Mount::path);
  }

  /** The mount that an absolute path is in. */
  public static Optional<Mount> find(Path path) throws IOException {
    return parse(read()).stream()
        .filter(mount -> path.startsWith(mount.path()))
        .reduce((a, b) -> b.path().getNameCount() >= a.path().getNameCount() ? b : a);
  }

  private static String read() throws IOException {
    return new String(Files.readAllBytes(MOUNTINFO), StandardCharsets.UTF_8);
  }

  /** Format: proc(5), {@code /proc/pid/mountinfo}. */
  static List<Mount> parse(String mountinfo) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : mountinfo.split("\n", -1)) {
      String[] fields = line.split(" ", -1);
      int dash = List.of(fields).indexOf("-");
      if (dash > 4 && fields.length > dash + 1 && fields[dash + 1].equals("fuse.dfs")) {
        mounts.add(new Mount(Path.of(unescape(fields[4])), fields[2]));
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
