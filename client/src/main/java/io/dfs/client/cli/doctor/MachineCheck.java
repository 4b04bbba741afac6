package io.dfs.client.cli.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether this machine has what dfs needs: Java, the kernel, FUSE, open files. Confined. */
public final class MachineCheck {
  private static final int JAVA = 17;

  /** A mount or a dataserver keeps a thousand and more open. */
  private static final long OPEN_FILES = 4096;

  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final Pattern LIMIT = Pattern.compile("Max open files\\s+(\\d+).*");

  private final Path root;
  private final Consumer<Finding> found;

  /**
   * @param root of the filesystem; another one in tests
   */
  public MachineCheck(Path root, Consumer<Finding> found) {
    this.root = root;
    this.found = found;
  }

  /** Looks at everything. */
  public void look() {
    java(Runtime.version().feature());
    kernel();
    fuse();
    fusermount(System.getenv().getOrDefault("PATH", ""), System.getProperty("user.name", ""));
    openFiles();
  }

  void java(int feature) {
    String text = System.getProperty("java.version") + " in " + System.getProperty("java.home");
    found.accept(
        feature >= JAVA
            ? Finding.ok("java", text)
            : Finding.error("java", text + " is too old", "install Java 17 or newer"));
  }

  void kernel() {
    String release = read("proc/sys/kernel/osrelease").strip();
    String text = "Linux " + release + " on " + System.getProperty("os.arch");
    Matcher version = RELEASE.matcher(release);
    if (!version.matches()) {
      found.accept(
          Finding.warn("kernel", "no release of Linux is told here", "mount on Linux only"));
      return;
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    found.accept(
        major > 5 || (major == 5 && minor >= 2)
            ? Finding.ok("kernel", text)
            : Finding.warn(
                "kernel",
                text + " is older than 5.2",
                "mount with --engine jnr, or use a newer kernel"));
  }

  void fuse() {
    Path device = root.resolve("dev/fuse");
    if (!Files.exists(device)) {
      found.accept(
          Finding.warn(
              "/dev/fuse",
              "is missing: this machine cannot mount",
              "modprobe fuse; a container needs --device /dev/fuse --cap-add SYS_ADMIN"));
    } else if (!Files.isReadable(device) || !Files.isWritable(device)) {
      found.accept(
          Finding.warn(
              "/dev/fuse", "cannot be opened by this user: no mounts", "chmod 666 /dev/fuse"));
    } else {
      found.accept(Finding.ok("/dev/fuse", "is there"));
    }
  }

  void fusermount(String path, String user) {
    boolean there =
        Arrays.stream(path.split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve("fusermount3")));
    if (there) {
      found.accept(Finding.ok("fusermount3", "is there"));
    } else if (user.equals("root")) {
      found.accept(Finding.ok("fusermount3", "is missing; root mounts without it"));
    } else {
      found.accept(
          Finding.warn(
              "fusermount3",
              "is missing: only root can mount",
              "install it (apt-get install fuse3)"));
    }
  }

  void openFiles() {
    Matcher limit =
        read("proc/self/limits")
            .lines()
            .map(LIMIT::matcher)
            .filter(Matcher::matches)
            .findFirst()
            .orElse(null);
    if (limit == null) {
      return;
    }
    long files = Long.parseLong(limit.group(1));
    found.accept(
        files >= OPEN_FILES
            ? Finding.ok("open files", "up to " + files)
            : Finding.warn(
                "open files",
                "at most " + files + " for a process",
                "raise it where servers and mounts run: ulimit -n 65536"));
  }

  private String read(String file) {
    try {
      return Files.readString(root.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }
}
