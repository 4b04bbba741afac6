package io.dfs.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** The jars of the distribution, with the native code of one platform alone. */
final class Libraries {
  /** 2026-01-01, as the build has it: the same sources make the same packages. */
  private static final long TIME_MS = 1_767_225_600_000L;

  private Libraries() {}

  /** Copies the jars and the list of them, which is the class path. */
  static void copy(Path from, Path to, Platform platform) throws IOException {
    Files.createDirectories(to);
    List<String> jars = new ArrayList<>();
    for (String jar : Files.readAllLines(from.resolve("jars"))) {
      if (platform.skipsJar(jar)) {
        continue;
      }
      jars.add(jar);
      if (Platform.isMixed(jar)) {
        thin(from.resolve(jar), to.resolve(jar), platform);
      } else {
        Files.copy(from.resolve(jar), to.resolve(jar));
      }
    }
    Files.write(to.resolve("jars"), jars);
  }

  private static void thin(Path from, Path to, Platform platform) throws IOException {
    try (ZipFile in = new ZipFile(from.toFile());
        OutputStream file = Files.newOutputStream(to);
        ZipOutputStream out = new ZipOutputStream(file)) {
      Enumeration<? extends ZipEntry> entries = in.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (entry.isDirectory() || !platform.keepsEntry(entry.getName())) {
          continue;
        }
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(TIME_MS);
        out.putNextEntry(copy);
        try (InputStream content = in.getInputStream(entry)) {
          content.transferTo(out);
        }
        out.closeEntry();
      }
    }
  }
}
