package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mount as file managers use it: by GIO, the library below most of them. */
class FileManagersIT {
  private static final int PICTURES = 10_000;

  @TempDir Path local;

  @Test
  void aFileHasTheAttributesOfOneOnALocalDisk() throws IOException {
    Path mounted = SharedCluster.newDirectory("gio-attributes");
    String attributes =
        "echo text > file && gio info file | sed -n 's/^  \\([a-z:-]*\\): .*/\\1/p'";
    assertEquals(Shell.run(local, attributes), Shell.run(mounted, attributes));
    String space = Shell.run(mounted, "gio info -f .");
    for (String attribute : List.of("size", "free", "used", "type")) {
      assertTrue(space.contains("filesystem::" + attribute + ": "), space);
    }
  }

  @Test
  void aFolderOfTenThousandPicturesIsListedWithWhatIsInThem() {
    Path folder = SharedCluster.newDirectory("gio-pictures");
    // Without an extension, so that each has to be opened to tell what it is.
    Shell.run(
        folder,
        "printf '\\x89PNG\\r\\n\\x1a\\n' > 0 && seq "
            + (PICTURES - 1)
            + " | xargs -n 5000 python3 -c 'import os, sys; [os.link(\"0\", n) for n in sys.argv[1:]]'");
    String types =
        Shell.run(folder, "gio list -a standard::content-type . | sed 's/.*=//' | sort | uniq -c");
    assertEquals(PICTURES + " image/png", types.strip());
  }

  @Test
  void filesAreCopiedMovedAndRenamedAndWatched() throws Exception {
    Path folder = SharedCluster.newDirectory("gio-changes");
    Path seen = local.resolve("seen");
    Process monitor =
        new ProcessBuilder("gio", "monitor", folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(seen.toFile())
            .start();
    try {
      Await.until(
          "watched",
          () -> {
            Shell.run(folder, "touch begun && rm begun");
            return Files.readString(seen).contains("begun");
          });
      Files.writeString(local.resolve("here"), "hello\n");
      Shell.run(
          folder,
          "gio copy '"
              + local.resolve("here")
              + "' copy && gio move copy moved && gio rename moved renamed && gio mkdir below"
              + " && gio copy --preserve renamed below/ && gio move below/renamed '"
              + local.resolve("back")
              + "'");
      assertEquals("below\nrenamed\n", Shell.run(folder, "ls"));
      assertEquals("hello\n", Files.readString(local.resolve("back")));
      Await.until(
          "all of it was seen",
          () -> {
            String text = Files.readString(seen);
            return text.contains("/copy: created")
                && text.contains("/copy: renamed to " + folder.resolve("moved"))
                && text.contains("/below: created");
          });
    } finally {
      monitor.destroyForcibly();
    }
  }

  @Test
  void whatGoesToTheTrashComesBack() throws IOException {
    Path folder = SharedCluster.newDirectory("gio-trash");
    Shell.run(folder, "echo precious > file && gio trash file && test ! -e file");
    Path trash = SharedCluster.mount().path(".Trash-0");
    String info = Files.readString(trash.resolve("info/file.trashinfo"));
    assertTrue(info.contains("Path=gio-trash/file\n"), info);
    Shell.run(trash, "gio move files/file '" + folder + "/' && rm info/file.trashinfo");
    assertEquals("precious\n", Files.readString(folder.resolve("file")));
  }
}
