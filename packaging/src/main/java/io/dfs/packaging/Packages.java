package io.dfs.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes the deb and rpm packages of what {@code packages/stage} has laid out. */
final class Packages {
  private static final List<String> NAMES =
      List.of(PackageDescription.COMMON, "dfs-nameserver", "dfs-dataserver", "dfs-client");

  private Packages() {}

  /**
   * @param args the distribution, the staged packages, the folder that describes them, the folder
   *     for the results, the version
   */
  public static void main(String[] args) throws Exception {
    Path distribution = Path.of(args[0]);
    Path staged = Path.of(args[1]);
    Path descriptions = Path.of(args[2]);
    Path results = Files.createDirectories(Path.of(args[3]));
    String version = args[4].replace("-SNAPSHOT", "~snapshot");
    for (Platform platform : Platform.values()) {
      Libraries.copy(
          distribution.resolve("lib"),
          staged.resolve(platform.deb).resolve("usr/lib/dfs/lib"),
          platform);
    }
    DebWriter debs = new DebWriter(descriptions.resolve("deb"), results, version);
    RpmWriter rpms = new RpmWriter(descriptions.resolve("rpm"), results, version);
    for (String name : NAMES) {
      PackageDescription description = PackageDescription.read(descriptions, name);
      if (description.isNative()) {
        for (Platform platform : Platform.values()) {
          List<Content> contents =
              Content.below(List.of(staged.resolve(name), staged.resolve(platform.deb)));
          debs.write(description, platform.deb, contents);
          rpms.write(description, platform.rpm, contents);
        }
      } else {
        List<Content> contents = Content.below(List.of(staged.resolve(name)));
        debs.write(description, "all", contents);
        rpms.write(description, "noarch", contents);
      }
    }
  }

  /** The script of a package, if it has one: {@code NAME.KIND} in a folder. */
  static List<String> script(Path folder, String name, String kind) throws IOException {
    Path file = folder.resolve(name + "." + kind);
    return Files.exists(file) ? Files.readAllLines(file) : new ArrayList<>();
  }
}
