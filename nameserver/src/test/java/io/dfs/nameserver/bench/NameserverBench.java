package io.dfs.nameserver.bench;

import io.dfs.common.config.HostPort;
import io.dfs.common.id.InodeId;
import io.dfs.common.id.RequestId;
import io.dfs.common.message.Caller;
import io.dfs.common.message.Message;
import io.dfs.common.message.Mutation;
import io.dfs.common.message.Name;
import io.dfs.common.message.Query;
import io.dfs.common.net.NetThreads;
import io.dfs.nameserver.server.ServerProcess;
import io.dfs.nameserver.server.TestClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Requests through one loopback connection to a nameserver process: one at a time, and many at
 * once. Run its main with the test class path; the argument is a directory on the disk to measure.
 */
public final class NameserverBench {
  private static final int SLOTS = 64;
  private static final List<String> JVM =
      List.of("-XX:+UseSerialGC", "-Xmx160m", "-Xss512k", "-XX:MaxDirectMemorySize=64m");

  private final TestClient client;
  private final ServerProcess server;
  private final long[] sequences = new long[SLOTS];

  private NameserverBench(TestClient client, ServerProcess server) {
    this.client = client;
    this.server = server;
  }

  public static void main(String[] args) throws Exception {
    Path dir = Files.createTempDirectory(Path.of(args.length > 0 ? args[0] : "/tmp"), "ns-bench");
    try (NetThreads threads = new NetThreads("bench", 1);
        ServerProcess server = ServerProcess.start(dir, new HostPort("127.0.0.1", 0), JVM);
        TestClient client = new TestClient(threads, server.address)) {
      System.out.println("at start: " + server.rss());
      new NameserverBench(client, server).run();
    }
  }

  private void run() throws Exception {
    InodeId dir = client.mkdir(InodeId.ROOT, "bench");
    for (int round = 0; round < 3; round++) {
      String prefix = "r" + round + "-";
      measure("create", 20_000, 1, (slot, i) -> create(dir, prefix + "a" + i, slot));
      measure("create", 100_000, SLOTS, (slot, i) -> create(dir, prefix + "b" + i, slot));
      measure("lookup", 20_000, 1, (slot, i) -> lookup(dir, prefix + "b" + i));
      measure("lookup", 100_000, SLOTS, (slot, i) -> lookup(dir, prefix + "b" + i));
      measure("getattr", 100_000, SLOTS, (slot, i) -> new Query.GetAttr(dir));
    }
  }

  private interface Requests {
    Message make(int slot, int i);
  }

  private Message create(InodeId dir, String name, int slot) {
    RequestId id =
        slot == 0 ? client.next() : new RequestId(client.session, slot, ++sequences[slot]);
    return new Mutation.Create(id, Caller.ROOT, dir, Name.of(name), 0644, true, false);
  }

  private static Message lookup(InodeId dir, String name) {
    return new Query.Lookup(Caller.ROOT, dir, Name.of(name));
  }

  private void measure(String what, int count, int atOnce, Requests requests) throws Exception {
    AtomicInteger next = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(atOnce);
    long cpu = server.cpuMs();
    long start = System.nanoTime();
    for (int slot = 0; slot < atOnce; slot++) {
      int own = slot;
      go(next, count, done, i -> requests.make(own, i));
    }
    done.await();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%-8s x%-2d %8.0f/s  %5.1f us each, server CPU %5.1f us each, %s%n",
        what,
        atOnce,
        count / seconds,
        seconds * 1e6 / count * atOnce,
        (server.cpuMs() - cpu) * 1e3 / count,
        server.rss());
  }

  private void go(AtomicInteger next, int count, CountDownLatch done, IntFunction<Message> make) {
    int i = next.getAndIncrement();
    if (i >= count) {
      done.countDown();
      return;
    }
    client
        .send(make.apply(i))
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                failure.printStackTrace();
                System.exit(1);
              }
              response.payload().release();
              go(next, count, done, make);
            });
  }
}
