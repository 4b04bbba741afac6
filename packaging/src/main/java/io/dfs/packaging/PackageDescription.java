package io.dfs.packaging;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/**
 * What a package says of itself, for both formats. Immutable.
 *
 * @param description one paragraph
 * @param debDepends as in Debian's control files, without that on dfs-common
 * @param rpmRequires {@code name} or {@code name >= version}, likewise
 * @param conffiles what an upgrade leaves as the administrator has it
 * @param isNative one for each platform
 */
record PackageDescription(
    String name,
    String summary,
    String description,
    List<String> debDepends,
    List<String> debRecommends,
    List<String> rpmRequires,
    List<String> conffiles,
    boolean isNative) {

  static final String COMMON = "dfs-common";

  /** From {@code NAME.properties} in a folder. */
  static PackageDescription read(Path folder, String name) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(folder.resolve(name + ".properties"))) {
      properties.load(reader);
    }
    return new PackageDescription(
        name,
        properties.getProperty("summary"),
        properties.getProperty("description"),
        list(properties, "deb.depends"),
        list(properties, "deb.recommends"),
        list(properties, "rpm.requires"),
        list(properties, "conffiles"),
        properties.containsKey("platform"));
  }

  private static List<String> list(Properties properties, String key) {
    return Arrays.stream(properties.getProperty(key, "").split(", *", -1))
        .filter(item -> !item.isBlank())
        .toList();
  }
}
