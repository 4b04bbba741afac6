package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dfs.system.kit.SharedCluster;
import io.dfs.system.kit.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Close-to-open: what is closed on one mount is seen by the next open on the other. */
class TwoMountsIT {
  @Test
  void whatIsClosedOnOneMountIsSeenByTheNextOpenOnTheOther() throws Exception {
    SharedCluster.newDirectory("two");
    Path[] views = {
      SharedCluster.mount().path("two").resolve("f"),
      SharedCluster.otherMount().path("two").resolve("f")
    };
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      byte[] content = new byte[random.nextInt(300_000)];
      random.nextBytes(content);
      Path writer = views[i % 2];
      Path reader = views[(i + 1) % 2];
      if (i % 5 == 4) {
        Path next = Files.write(writer.resolveSibling("next"), content);
        Files.move(next, writer, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.write(writer, content);
      }
      byte[] seen = Files.readAllBytes(reader);
      assertEquals(content.length, seen.length, "round " + i);
      org.junit.jupiter.api.Assertions.assertArrayEquals(content, seen, "round " + i);
    }
  }

  @Test
  void aFileCreatedOnOneMountOpensAtOnceOnTheOtherAndADeletedOneDoesNot() throws Exception {
    Path mine = SharedCluster.newDirectory("appear");
    Path theirs = SharedCluster.otherMount().path("appear");
    for (int i = 0; i < 20; i++) {
      Path there = theirs.resolve("f" + i);
      assertEquals(false, Files.exists(there));
      Files.writeString(mine.resolve("f" + i), "text " + i);
      assertEquals("text " + i, Files.readString(there));
      Files.delete(mine.resolve("f" + i));
      Path gone = there;
      org.junit.jupiter.api.Assertions.assertThrows(
          java.nio.file.NoSuchFileException.class, () -> Files.readString(gone));
    }
  }

  @Test
  void aFileUnlinkedOnOneMountStaysReadableWhereItIsOpen() {
    Path mine = SharedCluster.newDirectory("unlinked");
    Path theirs = SharedCluster.otherMount().path("unlinked");
    String script =
        "exec 3<'" + theirs.resolve("f") + "'; rm '" + mine.resolve("f") + "'; sha256sum <&3";
    Shell.run(mine, "head -c 5000000 /dev/urandom > f");
    String want = Shell.run(mine, "sha256sum < f");
    assertEquals(want, Shell.run(mine, script));
  }
}
