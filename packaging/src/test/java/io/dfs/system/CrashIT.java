package io.dfs.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dfs.system.kit.Await;
import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Daemon;
import io.dfs.system.kit.Mount;
import io.dfs.system.kit.Shell;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Processes killed in the middle of their work. */
class CrashIT {
  private static final String NOISE =
      "openssl enc -aes-128-ctr -nosalt -K 000102030405060708090a0b0c0d0e0f -iv 00000000000000000000000000000000 -in /dev/zero 2>/dev/null | head -c ";

  @Test
  void aDataserverKilledInTheMiddleOfALargeWriteCostsTheWriterNothingButTime() {
    try (Cluster cluster = Cluster.start()) {
      Mount mount = cluster.mount();
      Path file = mount.path("large");
      CompletableFuture<String> written =
          CompletableFuture.supplyAsync(
              () ->
                  Shell.run(
                      mount.path(), "(" + NOISE + "800000000 || true) | tee large | sha256sum"));
      for (int victim = 0; victim < 1; victim++) {
        Await.until(
            "a quarter written", () -> Files.exists(file) && Files.size(file) > 200_000_000);
        cluster.dataservers().get(victim).kill();
      }
      String want = written.join();
      assertEquals(want, Shell.run(mount.path(), "sha256sum < large"), "by the writer's mount");
      mount.unmount();
      mount.mountAgain();
      assertEquals(
          want,
          Shell.run(mount.path(), "sha256sum < large"),
          "after a remount, the server still dead");
      Shell.run(mount.path(), "cp large copy && cmp large copy && rm large copy");
    }
  }

  @Test
  void theNameserverKilledUnderLoadLosesNothingAcknowledgedAndTheMountGoesOn() throws Exception {
    try (Cluster cluster = Cluster.start()) {
      Mount mount = cluster.mount();
      AtomicBoolean stop = new AtomicBoolean();
      ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
      List<CompletableFuture<Void>> writers =
          List.of(0, 1).stream()
              .map(
                  w ->
                      CompletableFuture.runAsync(
                          () -> createAndRename(mount, w, stop, acknowledged)))
              .toList();
      for (int round = 0; round < 3; round++) {
        int before = acknowledged.size();
        Await.until("some work done", () -> acknowledged.size() > before + 100);
        cluster.nameserver().kill();
        TimeUnit.MILLISECONDS.sleep(300L * (round + 1)); // the outage itself
        cluster.nameserver().start();
      }
      int before = acknowledged.size();
      Await.until("work goes on", () -> acknowledged.size() > before + 100);
      stop.set(true);
      for (CompletableFuture<Void> writer : writers) {
        writer.get(90, TimeUnit.SECONDS);
      }
      cluster.nameserver().kill();
      cluster.nameserver().start();
      mount.unmount();
      mount.mountAgain();
      for (String name : acknowledged) {
        assertEquals(name, Files.readString(mount.path(name)));
      }
      assertEquals(acknowledged.size(), Shell.run(mount.path(), "ls").lines().count());
    }
  }

  @Test
  void locksHoldOverARestartOfTheNameserverAndEndWithTheirProcess() throws Exception {
    try (Cluster cluster = Cluster.start()) {
      Mount mine = cluster.mount();
      Mount theirs = cluster.mount();
      Shell.run(mine.path(), "touch whole record");
      String hold =
          "import fcntl, sys, time\n"
              + "whole, record = open('whole', 'r+'), open('record', 'r+')\n"
              + "fcntl.flock(whole, fcntl.LOCK_EX)\n"
              + "fcntl.lockf(record, fcntl.LOCK_EX, 10, 5)\n"
              + "print('held', flush=True)\n"
              + "time.sleep(1000)\n";
      Process holder =
          new ProcessBuilder("python3", "-c", hold).directory(mine.path().toFile()).start();
      try {
        assertEquals("held", holder.inputReader().readLine());
        assertEquals("refused refused", taken(theirs));
        cluster.nameserver().kill();
        cluster.nameserver().start();
        assertEquals("refused refused", taken(theirs), "after a restart of the nameserver");
      } finally {
        holder.destroyForcibly().waitFor();
      }
      Await.until("the locks free", () -> taken(theirs).equals("free free"));
    }
  }

  /** Whether the other mount gets the lock of the whole file, and that of the record. */
  private static String taken(Mount mount) {
    return Shell.run(
            mount.path(),
            "python3 - <<'END'\n"
                + "import fcntl\n"
                + "def taken(lock, *range):\n"
                + "    try:\n"
                + "        lock(*range)\n"
                + "        return 'free'\n"
                + "    except BlockingIOError:\n"
                + "        return 'refused'\n"
                + "whole, record = open('whole', 'r+'), open('record', 'r+')\n"
                + "now = fcntl.LOCK_EX | fcntl.LOCK_NB\n"
                + "print(taken(fcntl.flock, whole, now), taken(fcntl.lockf, record, now, 10, 5))\n"
                + "END")
        .strip();
  }

  private static void createAndRename(
      Mount mount, int writer, AtomicBoolean stop, ConcurrentLinkedQueue<String> acknowledged) {
    try {
      for (int i = 0; !stop.get(); i++) {
        String name = "w" + writer + "-" + i;
        Path temporary = mount.path(name + ".tmp");
        Files.writeString(temporary, name, StandardOpenOption.CREATE_NEW);
        Files.move(temporary, mount.path(name));
        acknowledged.add(name);
      }
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aKilledMountLeavesWhatWasClosedOrSyncedAndOtherwiseOldOrNewBytes() throws Exception {
    int size = 40 << 20;
    try (Cluster cluster = Cluster.start()) {
      Mount mount = cluster.mount();
      Random random = new Random(9);
      byte[] closed = new byte[3_000_001];
      random.nextBytes(closed);
      Files.write(mount.path("closed"), closed);
      byte[] old = new byte[size];
      Arrays.fill(old, (byte) 'o');
      Files.write(mount.path("overwritten"), old);
      byte[] synced = new byte[1_500_000];
      random.nextBytes(synced);
      FileChannel syncedFile =
          FileChannel.open(
              mount.path("synced"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      syncedFile.write(ByteBuffer.wrap(synced));
      syncedFile.force(true);
      syncedFile.write(ByteBuffer.wrap(synced), 0); // the same again, not synced
      FileChannel overwritten =
          FileChannel.open(mount.path("overwritten"), StandardOpenOption.WRITE);
      byte[] fresh = new byte[size / 2];
      Arrays.fill(fresh, (byte) 'n');
      overwritten.write(ByteBuffer.wrap(fresh), 5_000_000);
      mount.kill();
      try {
        syncedFile.close();
        overwritten.close();
      } catch (java.io.IOException e) {
        // the mount is gone
      }
      mount.mountAgain();
      assertTrue(Arrays.equals(closed, Files.readAllBytes(mount.path("closed"))), "closed");
      assertTrue(Arrays.equals(synced, Files.readAllBytes(mount.path("synced"))), "synced");
      byte[] found = Files.readAllBytes(mount.path("overwritten"));
      assertEquals(size, found.length);
      for (int i = 0; i < size; i++) {
        boolean mayBeNew = i >= 5_000_000 && i < 5_000_000 + fresh.length;
        if (found[i] != 'o' && !(mayBeNew && found[i] == 'n')) {
          throw new AssertionError("byte " + i + " is " + found[i]);
        }
      }
      Shell.run(mount.path(), "rm closed synced overwritten");
    }
  }

  @Test
  void everythingKilledAtOnceComesBackWithAllThatWasClosed() {
    try (Cluster cluster = Cluster.start()) {
      Mount mount = cluster.mount();
      SourceTree.make(mount.path("tree"), 300, 3);
      Path local = cluster.directory().resolve("local");
      Shell.run(cluster.directory(), "cp -a mnt1/tree local");
      cluster.dataservers().forEach(Daemon::kill);
      cluster.nameserver().kill();
      mount.kill();
      cluster.nameserver().start();
      cluster.dataservers().forEach(Daemon::start);
      cluster.awaitOnline(3);
      mount.mountAgain();
      Shell.run(mount.path(), "diff -r --no-dereference tree '" + local + "'");
      assertEquals(0, Shell.attempt(mount.path(), Map.of(), "cp", "-a", "tree", "again").exit());
    }
  }
}
