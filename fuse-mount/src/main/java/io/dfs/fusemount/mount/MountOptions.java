package io.dfs.fusemount.mount;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The options of {@code mount -o}. Immutable. Unknown ones are refused, unless {@code sloppy} is
 * among them.
 *
 * @param readOnly whether {@code ro} was asked for; it is among the kernel's flags then, too
 * @param allowOther empty when it was not said
 * @param maxReadBytes 0 when it was not said
 * @param kernelFlags for the kernel: ro, nodev and the like
 * @param clientSettings {@code key=value} for the client's configuration
 */
public record MountOptions(
    boolean readOnly,
    Optional<Boolean> allowOther,
    boolean directIo,
    boolean writeback,
    int maxReadBytes,
    Optional<Duration> entryTimeout,
    Optional<Duration> attrTimeout,
    List<String> kernelFlags,
    List<String> clientSettings) {

  /** Flags that the kernel takes, in pairs where the later one wins. */
  private static final List<List<String>> KERNEL_FLAGS =
      List.of(
          List.of("ro", "rw"),
          List.of("dev", "nodev"),
          List.of("suid", "nosuid"),
          List.of("exec", "noexec"),
          List.of("atime", "noatime"),
          List.of("sync", "async"),
          List.of("dirsync"));

  /** What mount(8) and fstab(5) add, which says nothing to a filesystem. */
  private static final Set<String> IGNORED =
      Set.of(
          "defaults",
          "default_permissions",
          "relatime",
          "norelatime",
          "strictatime",
          "nodiratime",
          "auto",
          "noauto",
          "user",
          "nouser",
          "users",
          "owner",
          "group",
          "nofail",
          "silent",
          "loud",
          "iversion",
          "noiversion",
          "lazytime",
          "nolazytime",
          "diratime",
          "_netdev");

  private static final int PAGE_BYTES = 4096;

  public MountOptions {
    kernelFlags = List.copyOf(kernelFlags);
    clientSettings = List.copyOf(clientSettings);
  }

  /**
   * Reads the values of {@code -o}.
   *
   * @param clientKeys the settings of the client that may be given here
   * @throws IllegalArgumentException naming the options that do not exist, and those that do
   */
  public static MountOptions parse(List<String> values, Set<String> clientKeys) {
    Parser parser = new Parser(clientKeys);
    for (String value : values) {
      for (String option : value.split(",", -1)) {
        if (!option.isBlank()) {
          parser.take(option.strip());
        }
      }
    }
    return parser.result();
  }

  /** Collects one option after the other. Confined. */
  private static final class Parser {
    private final Set<String> clientKeys;
    private final Set<String> flags = new LinkedHashSet<>();
    private final List<String> settings = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private Optional<Boolean> allowOther = Optional.empty();
    private boolean directIo;
    private boolean sloppy;
    private boolean writeback;
    private int maxReadBytes;
    private Optional<Duration> entryTimeout = Optional.empty();
    private Optional<Duration> attrTimeout = Optional.empty();

    Parser(Set<String> clientKeys) {
      this.clientKeys = clientKeys;
    }

    void take(String option) {
      int equals = option.indexOf('=');
      String key = equals < 0 ? option : option.substring(0, equals);
      String value = equals < 0 ? "" : option.substring(equals + 1);
      switch (key.replace('_', '-')) {
        case "allow-other" -> allowOther = Optional.of(true);
        case "noallow-other" -> allowOther = Optional.of(false);
        case "direct-io" -> directIo = true;
        case "sloppy" -> sloppy = true;
        case "writeback" -> writeback = !value.equals("off");
        case "max-read" -> maxReadBytes = bytes(key, value);
        case "entry-timeout" -> entryTimeout = Optional.of(seconds(key, value));
        case "attr-timeout" -> attrTimeout = Optional.of(seconds(key, value));
        default -> takeOther(option, key, equals >= 0);
      }
    }

    private void takeOther(String option, String key, boolean hasValue) {
      if (hasValue && clientKeys.contains(key)) {
        settings.add(option);
      } else if (IGNORED.contains(key) || key.startsWith("x-") || key.equals("comment")) {
        return;
      } else if (!takeKernelFlag(option)) {
        unknown.add(option);
      }
    }

    private boolean takeKernelFlag(String option) {
      for (List<String> group : KERNEL_FLAGS) {
        if (group.contains(option)) {
          flags.removeAll(group);
          return flags.add(option);
        }
      }
      return false;
    }

    private static Duration seconds(String key, String value) {
      String number = value.endsWith("s") ? value.substring(0, value.length() - 1).strip() : value;
      try {
        double seconds = Double.parseDouble(number);
        if (seconds >= 0 && seconds <= 3600) {
          return Duration.ofMillis(Math.round(seconds * 1000));
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new IllegalArgumentException(
          "option " + key + "=" + value + ": write seconds from 0 to 3600, as in " + key + "=0.5");
    }

    private static int bytes(String key, String value) {
      try {
        int bytes = Integer.parseInt(value);
        if (bytes >= PAGE_BYTES) {
          return bytes;
        }
      } catch (NumberFormatException e) {
        // Said below.
      }
      throw new IllegalArgumentException(
          "option " + key + "=" + value + ": write bytes, " + PAGE_BYTES + " at least");
    }

    MountOptions result() {
      if (!unknown.isEmpty() && !sloppy) {
        throw new IllegalArgumentException(
            "no such mount option: " + String.join(", ", unknown) + "; there are " + known());
      }
      return new MountOptions(
          flags.contains("ro"),
          allowOther,
          directIo,
          writeback,
          maxReadBytes,
          entryTimeout,
          attrTimeout,
          List.copyOf(flags),
          settings);
    }

    private String known() {
      List<String> names = new ArrayList<>();
      KERNEL_FLAGS.forEach(names::addAll);
      names.addAll(
          List.of(
              "allow_other",
              "noallow_other",
              "direct_io",
              "sloppy",
              "writeback",
              "max_read=BYTES",
              "entry-timeout=SECONDS",
              "attr-timeout=SECONDS"));
      clientKeys.stream().sorted().forEach(key -> names.add(key + "=VALUE"));
      return String.join(", ", names);
    }
  }
}
