package io.dfs.client.cli.doctor;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What goes into a report of a bug: texts by file name, secrets left out. Confined. */
public final class Bundle {
  /** The end of a log tells what happened last; all of it may be gigabytes. */
  private static final int TAIL_BYTES = 64 << 10;

  private static final int LOGS = 20;

  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)([\\w.-]*(?:password|passwd|secret|token|credential|private|key)[\\w.-]*\\s*[=:]\\s*)"
              + "\\S.*");

  private final Map<String, String> files = new LinkedHashMap<>();

  public void add(String name, String text) {
    files.put(name, withoutSecrets(text));
  }

  /** Takes a file, or why it cannot be read. */
  public void addFile(String name, Path file) {
    try {
      add(name, tail(file));
    } catch (IOException e) {
      add(name, "cannot be read: " + e + "\n");
    }
  }

  /** Takes the ends of the newest logs in some folders, where there are any. */
  public void addLogs(List<Path> folders) {
    List<Path> logs = new ArrayList<>();
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> entries = Files.list(folder)) {
          entries.filter(Files::isRegularFile).filter(Files::isReadable).forEach(logs::add);
        } catch (IOException e) {
          add("logs/unreadable", folder + ": " + e + "\n");
        }
      }
    }
    logs.sort(Comparator.comparing((Path log) -> log.toFile().lastModified()).reversed());
    for (Path log : logs.subList(0, Math.min(LOGS, logs.size()))) {
      addFile("logs/" + safe(String.valueOf(log.getFileName())), log);
    }
  }

  private static String safe(String name) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "_");
    return plain.substring(0, Math.min(60, plain.length()));
  }

  private static String tail(Path file) throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long length = in.length();
      byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, length)];
      in.seek(length - bytes.length);
      in.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** The text with what follows the name of a secret replaced. */
  static String withoutSecrets(String text) {
    return SECRET
        .matcher(text)
        .replaceAll(m -> Matcher.quoteReplacement(m.group(1) + "(left out)"));
  }

  /** What there is to know of the software of this machine. */
  public void addMachine() {
    StringBuilder text = new StringBuilder();
    for (String property : List.of("java.version", "java.vm.name", "os.name", "os.version")) {
      text.append(property).append(": ").append(System.getProperty(property)).append('\n');
    }
    text.append("os.arch: ").append(System.getProperty("os.arch")).append('\n');
    text.append("processors: ").append(Runtime.getRuntime().availableProcessors()).append('\n');
    System.getenv().entrySet().stream()
        .filter(e -> e.getKey().toUpperCase(Locale.ROOT).startsWith("DFS_"))
        .forEach(e -> text.append(e.getKey()).append(": ").append(e.getValue()).append('\n'));
    add("machine.txt", text.toString());
    addFile("os-release", Path.of("/etc/os-release"));
    addProc("meminfo");
    addProc("mounts");
  }

  /** Files in /proc have no length. */
  private void addProc(String name) {
    try {
      add(name, Files.readString(Path.of("/proc/self").resolveSibling(name)));
    } catch (IOException e) {
      add(name, "cannot be read: " + e + "\n");
    }
  }

  /**
   * Writes the archive, all files in one folder. It may be read by its owner alone.
   *
   * @param seconds of the epoch, now
   */
  public void write(Path archive, long seconds) throws IOException {
    Files.deleteIfExists(archive);
    Files.createFile(
        archive,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (TarGz tar = new TarGz(Files.newOutputStream(archive), seconds)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        tar.add("dfs-report/" + file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
