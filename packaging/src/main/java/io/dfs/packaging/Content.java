package io.dfs.packaging;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * A file, folder or link that a package puts on a machine, owned by root. Immutable.
 *
 * @param path on the machine, with a slash in front
 * @param staged where the build has it
 * @param target of a link, empty otherwise
 */
record Content(String path, Path staged, Kind kind, int mode, String target) {
  enum Kind {
    FOLDER,
    FILE,
    LINK
  }

  /** Everything below the given roots, folders before what is in them. */
  static List<Content> below(List<Path> roots) throws IOException {
    List<Content> contents = new ArrayList<>();
    for (Path root : roots) {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                throws IOException {
              if (!folder.equals(root)) {
                add(contents, root, folder, Kind.FOLDER);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              add(contents, root, file, attributes.isSymbolicLink() ? Kind.LINK : Kind.FILE);
              return FileVisitResult.CONTINUE;
            }
          });
    }
    contents.sort(Comparator.comparing(Content::path));
    return contents.stream().distinct().toList();
  }

  private static void add(List<Content> contents, Path root, Path staged, Kind kind)
      throws IOException {
    String path = "/" + root.relativize(staged);
    if (contents.stream().anyMatch(content -> content.path.equals(path))) {
      return;
    }
    contents.add(
        new Content(
            path,
            staged,
            kind,
            kind == Kind.LINK ? 0777 : mode(Files.getPosixFilePermissions(staged)),
            kind == Kind.LINK ? Files.readSymbolicLink(staged).toString() : ""));
  }

  private static int mode(Set<PosixFilePermission> permissions) {
    PosixFilePermission[] all = PosixFilePermission.values();
    int mode = 0;
    for (int i = 0; i < all.length; i++) {
      // The enum has the order of ls -l.
      mode |= permissions.contains(all[i]) ? 0400 >> i : 0;
    }
    return mode;
  }
}
