package io.dfs.client.cli.shell;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Paths of this machine that begin as somebody has typed. */
public final class LocalNames {
  private LocalNames() {}

  /**
   * The paths, with a slash at the end of directories; none when the directory cannot be read.
   *
   * @param max at most so many
   */
  public static List<String> of(String typed, int max) {
    String above = typed.substring(0, typed.lastIndexOf('/') + 1);
    String begun = typed.substring(above.length());
    List<String> paths = new ArrayList<>();
    try (DirectoryStream<Path> names =
        Files.newDirectoryStream(
            Path.of(above.isEmpty() ? "." : above),
            path -> String.valueOf(path.getFileName()).startsWith(begun))) {
      for (Path path : names) {
        if (paths.size() == max) {
          break;
        }
        paths.add(above + path.getFileName() + (Files.isDirectory(path) ? "/" : ""));
      }
    } catch (IOException | DirectoryIteratorException | InvalidPathException e) {
      return List.of();
    }
    return paths;
  }
}
