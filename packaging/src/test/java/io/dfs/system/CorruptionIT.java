package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bits that turn on a dataserver's disk. */
class CorruptionIT {
  private static final int BLOCK = 65536;

  @Test
  void aFlippedBitIsReadAroundAndWithoutAGoodReplicaTheReadFailsAndSaysWhere() throws Exception {
    try (Cluster cluster = Cluster.start(new Cluster.Plan(3, List.of(), List.of("reserve=0")))) {
      Mount mount = cluster.mount();
      String want = Shell.run(mount.path(), "head -c 4000000 /dev/urandom | tee f | sha256sum");
      mount.unmount();
      List<Path> replicas = replicas(cluster);
      assertEquals(2, replicas.size(), replicas::toString);
      flip(replicas.get(0), 3 * BLOCK + 17);
      flip(replicas.get(1), 40 * BLOCK + 4711);
      // A reader takes parts from either server: it may meet none of the bad blocks, some times.
      Await.until(
          "what was read bad is set aside",
          () -> {
            mount.mountAgain();
            assertEquals(want, Shell.run(mount.path(), "sha256sum < f"));
            mount.unmount();
            return setAside(cluster).size() > 0;
          });
      List<String> spoiled = new ArrayList<>();
      Await.until(
          "block 3 of both is spoiled",
          () -> {
            for (Path replica : replicas(cluster)) {
              if (!spoiled.contains(server(cluster, replica))) {
                flip(replica, 3 * BLOCK + 99);
                spoiled.add(server(cluster, replica));
              }
            }
            return spoiled.size() == 2;
          });
      mount.mountAgain();
      Shell.Result read =
          Shell.attempt(
              mount.path(), Map.of(), "dd", "if=f", "of=/dev/null", "bs=64k", "skip=3", "count=1");
      assertTrue(read.err().contains("Input/output error"), read.err());
      String chunk = replicas.get(0).getFileName().toString().replace(".chunk", "");
      Await.until(
          "the log names the chunk",
          () ->
              mount
                  .daemon()
                  .logText()
                  .lines()
                  .anyMatch(l -> l.contains(chunk) && l.contains("WARN")));
      Await.until(
          "one line names the file, the chunk and the servers",
          () ->
              mount
                  .daemon()
                  .logText()
                  .lines()
                  .anyMatch(
                      l ->
                          l.contains("/f ") && l.contains(chunk) && l.matches(".*ds\\d.*ds\\d.*")));
      assertEquals(Shell.run(mount.path(), "stat -c %s f"), "4000000\n", "everything else goes on");
      Shell.run(mount.path(), "dd if=f of=/dev/null bs=64k skip=8 count=20 status=none");
    }
  }

  private static List<Path> setAside(Cluster cluster) {
    return replicas(cluster).stream().filter(p -> p.toString().contains("quarantine")).toList();
  }

  private static String server(Cluster cluster, Path replica) {
    return cluster.directory().relativize(replica).getName(0).toString();
  }

  private static List<Path> replicas(Cluster cluster) {
    return Shell.run(cluster.directory(), "find ds1 ds2 ds3 -name '*.chunk' -size +1000k")
        .lines()
        .map(cluster.directory()::resolve)
        .toList();
  }

  private static void flip(Path chunk, int offset) throws Exception {
    // Not one that makes the file when it has just been moved.
    try (FileChannel file =
        FileChannel.open(chunk, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long at = file.size() - 4_000_000 + offset;
      ByteBuffer one = ByteBuffer.allocate(1);
      file.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 4)).flip();
      file.write(one, at);
    } catch (NoSuchFileException e) {
      throw new IllegalStateException("it was moved away: " + chunk, e);
    }
  }
}
