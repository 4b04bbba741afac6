package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The same random changes to a directory tree in dfs and to a local one: same outcomes, same trees.
 */
class RandomNamespaceIT {
  private static final int STEPS = 4000;
  private static final String[] NAMES = {"a", "b", "c", "d", "e"};
  private static final String LISTING =
      "find . -mindepth 1 -type d -printf 'd %m %n %P\\n' -o -type l -printf 'l %l %P\\n' -o -mindepth 1 -printf '%y %m %s %n %P\\n' | LC_ALL=C sort";

  @TempDir Path local;

  private interface Change {
    void to(Path root) throws IOException;
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void aTreeInDfsBehavesLikeALocalOne(long seed) {
    Path mounted = SharedCluster.newDirectory("tree-" + seed);
    Random random = new Random(seed);
    for (int step = 0; step < STEPS; step++) {
      String from = randomPath(random);
      String to = randomPath(random);
      int kind = random.nextInt(9);
      int bytes = random.nextInt(5000);
      Change change =
          root -> {
            Path path = root.resolve(from);
            switch (kind) {
              case 0 -> Files.createDirectory(path);
              case 1 -> Files.write(path, new byte[bytes]);
              case 2 -> Files.createSymbolicLink(path, Path.of(to));
              case 3 -> Files.createLink(path, root.resolve(to));
              case 4 -> Files.delete(path);
              case 5, 6 -> Files.move(path, root.resolve(to), StandardCopyOption.ATOMIC_MOVE);
              case 7 ->
                  Files.setPosixFilePermissions(
                      path,
                      PosixFilePermissions.fromString(bytes % 2 == 0 ? "rwxr-x---" : "rw-rw-rw-"));
              default -> Files.createFile(path);
            }
          };
      String want = outcome(change, local);
      assertEquals(
          want,
          outcome(change, mounted),
          "seed " + seed + " step " + step + " kind " + kind + " " + from + " -> " + to);
      if (step % 1000 == 999) {
        awaitAttributes();
        assertEquals(
            Shell.run(local, LISTING),
            Shell.run(mounted, LISTING),
            "seed " + seed + " step " + step);
      }
    }
    Path other = SharedCluster.otherMount().path("tree-" + seed);
    assertEquals(
        Shell.run(local, LISTING), Shell.run(other, LISTING), "the other mount, seed " + seed);
  }

  /** The kernel trusts attributes for a second, also those of the other names of a hard link. */
  private void awaitAttributes() {
    Shell.run(local, "sleep 1.2");
  }

  private static String randomPath(Random random) {
    StringBuilder path = new StringBuilder();
    int depth = 1 + random.nextInt(3);
    for (int i = 0; i < depth; i++) {
      path.append(i == 0 ? "" : "/").append(NAMES[random.nextInt(NAMES.length)]);
    }
    return path.toString();
  }

  private static String outcome(Change change, Path root) {
    try {
      change.to(root);
      return "done";
    } catch (FileAlreadyExistsException e) {
      return "exists";
    } catch (NoSuchFileException e) {
      return "missing";
    } catch (DirectoryNotEmptyException e) {
      return "not empty";
    } catch (AtomicMoveNotSupportedException e) {
      return "other filesystem";
    } catch (FileSystemException e) {
      return String.valueOf(e.getReason());
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
