package io.dfs.fusemount.mount;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is mounted where, by the kernel's word. Reading it touches no mount. */
final class MountTable {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
  static final String DFS_TYPE = "fuse.dfs";

  /**
   * A mounted filesystem.
   *
   * @param device the number that sysfs calls it by, {@code 0:42}
   */
  record Mounted(String device, String mountPoint, String type, String source) {
    boolean isDfs() {
      return type.equals(DFS_TYPE);
    }
  }

  private MountTable() {}

  /** What is mounted there, the uppermost if there are several. */
  static Optional<Mounted> at(Path mountPoint) {
    List<Mounted> mounts = parse(read());
    for (int i = mounts.size() - 1; i >= 0; i--) {
      if (mounts.get(i).mountPoint().equals(mountPoint.toString())) {
        return Optional.of(mounts.get(i));
      }
    }
    return Optional.empty();
  }

  private static String read() {
    try {
      return new String(Files.readAllBytes(MOUNTINFO), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + MOUNTINFO, e);
    }
  }

  /** Format: proc(5), {@code /proc/pid/mountinfo}. */
  static List<Mounted> parse(String mountinfo) {
    List<Mounted> mounts = new ArrayList<>();
    for (String line : mountinfo.split("\n", -1)) {
      String[] fields = line.split(" ", -1);
      int dash = List.of(fields).indexOf("-");
      if (dash > 4 && fields.length > dash + 2) {
        mounts.add(
            new Mounted(
                fields[2], unescape(fields[4]), fields[dash + 1], unescape(fields[dash + 2])));
      }
    }
    return mounts;
  }

  /** Spaces and the like are a backslash and three octal digits. */
  private static String unescape(String field) {
    byte[] in = field.getBytes(StandardCharsets.ISO_8859_1);
    byte[] out = new byte[in.length];
    int length = 0;
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '\\' && i + 3 < in.length) {
        out[length++] = (byte) Integer.parseInt(field.substring(i + 1, i + 4), 8);
        i += 3;
      } else {
        out[length++] = in[i];
      }
    }
    // As Java made a Path of the bytes on the command line.
    return new String(out, 0, length, PathEncoding.charset());
  }
}
