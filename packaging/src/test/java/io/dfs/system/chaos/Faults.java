package io.dfs.system.chaos;

import io.dfs.system.kit.Cluster;
import io.dfs.system.kit.Daemon;
import io.dfs.system.kit.Proxy;
import io.dfs.system.kit.Shell;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Does things to a cluster's processes, connections and disks, one at a time, drawn from a seed.
 * Never takes more than one dataserver away at a time, and only the first one's bits rot, so that
 * with three copies of everything one is good. Confined to the test's thread.
 */
public final class Faults implements AutoCloseable {
  private static final int SERVERS = 5;
  private static final int PATIENCE = 5;
  private static final int DATA_AT = 12_288;

  private final Cluster cluster;
  private final Random random;
  private final long startNanos = System.nanoTime();
  private final List<Proxy> proxies = new ArrayList<>();
  private final List<String> schedule = new ArrayList<>();
  private final Path smallDisk;

  public Faults(Cluster cluster, long seed) {
    this.cluster = cluster;
    this.random = new Random(seed);
    this.smallDisk = cluster.directory().resolve("ds" + SERVERS);
    Shell.run(
        Path.of("/"),
        "mkdir '" + smallDisk + "' && mount -t tmpfs -o size=512m dfs-test '" + smallDisk + "'");
    for (int i = 1; i <= SERVERS; i++) {
      int port = Cluster.freePort();
      Proxy proxy = new Proxy(port);
      proxies.add(proxy);
      cluster.addDataserver(
          cluster.directory().resolve("ds" + i),
          port,
          List.of("reserve=0", "inventory-interval=2s", "advertise=127.0.0.1:" + proxy.port()));
    }
    awaitAll();
  }

  /** What was done so far, a line for each. */
  public String schedule() {
    return String.join("\n", schedule);
  }

  private void note(String what) {
    String line = (System.nanoTime() - startNanos) / 1_000_000_000 + " s: " + what;
    schedule.add(line);
    System.out.println(line);
  }

  /** One fault and its end, and some peace after it. */
  public void next() throws Exception {
    int server = random.nextInt(SERVERS);
    int ms = 500 + random.nextInt(5000);
    Daemon daemon = cluster.dataservers().get(server);
    String name = "ds" + (server + 1);
    switch (random.nextInt(7)) {
      case 0 -> {
        note(name + " is killed, for " + ms + " ms");
        daemon.kill();
        Thread.sleep(ms);
        daemon.start();
        awaitAll();
      }
      case 1 -> {
        note(name + " is stopped, for " + ms + " ms");
        signal("STOP", daemon);
        Thread.sleep(ms);
        signal("CONT", daemon);
      }
      case 2 -> {
        note(name + " is cut off, for " + ms + " ms");
        proxies.get(server).cut();
        Thread.sleep(ms);
        proxies.get(server).mend();
      }
      case 3 -> {
        note("the nameserver is killed, for " + ms / 2 + " ms");
        cluster.nameserver().kill();
        Thread.sleep(ms / 2);
        cluster.nameserver().start();
        awaitAll();
      }
      case 4 -> {
        note("the nameserver is stopped, for " + ms / 2 + " ms");
        signal("STOP", cluster.nameserver());
        Thread.sleep(ms / 2);
        signal("CONT", cluster.nameserver());
        awaitAll();
      }
      case 5 -> {
        note("ds" + SERVERS + " is full, for " + ms + " ms");
        Shell.attempt(
            Path.of("/"), Map.of(), "dd", "if=/dev/zero", "of=" + smallDisk + "/dfs-junk", "bs=1M");
        Thread.sleep(ms);
        Files.deleteIfExists(smallDisk.resolve("dfs-junk"));
      }
      default -> rot();
    }
    Thread.sleep(500 + random.nextInt(1000));
  }

  /** On a machine with much else to do a process may take minutes to start. */
  private void awaitAll() {
    for (int i = 1; ; i++) {
      try {
        cluster.awaitOnline(SERVERS);
        return;
      } catch (AssertionError e) {
        if (i == PATIENCE) {
          throw e;
        }
        note("still waiting for all servers: " + e.getMessage());
      }
    }
  }

  private static void signal(String which, Daemon daemon) {
    Shell.run(Path.of("/"), "kill -" + which + " " + daemon.pid());
  }

  /** Turns a bit of a chunk of the first server. */
  private void rot() throws IOException {
    List<String> chunks =
        Shell.run(cluster.directory(), "find ds1/chunks -name '*.chunk'").lines().sorted().toList();
    if (chunks.isEmpty()) {
      return;
    }
    Path chunk = cluster.directory().resolve(chunks.get(random.nextInt(chunks.size())));
    try (FileChannel file =
        FileChannel.open(chunk, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long data = file.size() - DATA_AT;
      if (data > 0) {
        long at = DATA_AT + (long) (random.nextDouble() * data);
        ByteBuffer one = ByteBuffer.allocate(1);
        if (file.read(one, at) == 1) {
          one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8)))).flip();
          file.write(one, at);
          note("a bit of " + chunk.getFileName() + " turns on ds1");
        }
      }
    } catch (NoSuchFileException e) {
      note(chunk.getFileName() + " was deleted before its bit could turn");
    }
  }

  /** All run, and are connected. */
  public void heal() {
    note("the end of all faults");
    proxies.forEach(Proxy::mend);
    awaitAll();
  }

  @Override
  public void close() {
    proxies.forEach(Proxy::close);
    cluster.dataservers().forEach(Daemon::kill);
    Shell.attempt(Path.of("/"), Map.of(), "umount", "-l", smallDisk.toString());
  }
}
