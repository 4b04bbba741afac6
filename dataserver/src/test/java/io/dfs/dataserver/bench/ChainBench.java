package io.dfs.dataserver.bench;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.config.HostPort;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.GroupId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetThreads;
import io.dfs.common.net.Response;
import io.dfs.dataserver.cli.DataserverCommand;
import io.dfs.dataserver.server.FakeNameserver;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Appends through a chain of servers in processes of their own, and reads back: throughput, CPU and
 * memory. Arguments: folder, members, MiB, piece bytes, chunk MiB, JVM options of the servers.
 */
public final class ChainBench {
  private static final int IN_FLIGHT = 12;

  private final List<Process> servers = new ArrayList<>();
  private final List<HostPort> addresses = new ArrayList<>();
  private final NetThreads threads = new NetThreads("bench", 1);
  private final FakeNameserver nameserver = new FakeNameserver(threads);

  public static void main(String[] args) throws Exception {
    ChainBench bench = new ChainBench();
    int members = Integer.parseInt(args[1]);
    try {
      for (int i = 0; i < members; i++) {
        bench.serve(Path.of(args[0]).resolve("d" + i), List.of(args).subList(5, args.length));
      }
      long bytes = Long.parseLong(args[2]) << 20;
      int piece = Integer.parseInt(args[3]);
      int chunkBytes = Integer.parseInt(args[4]) << 20;
      bench.run(bytes, piece, chunkBytes);
    } finally {
      bench.servers.forEach(Process::destroy);
      for (Process server : bench.servers) {
        server.waitFor();
      }
      bench.nameserver.close();
      bench.threads.close();
    }
  }

  private void serve(Path directory, List<String> jvm) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx96m", "-XX:MaxDirectMemorySize=96m"));
    command.addAll(jvm);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(DataserverCommand.class.getName());
    command.addAll(List.of("--dir", directory.toString(), "--listen", "127.0.0.1:0"));
    command.addAll(List.of("--nameserver", nameserver.address().toString()));
    int before = nameserver.registrations.size();
    Process server =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    servers.add(server);
    String line = new BufferedReader(new InputStreamReader(server.getInputStream())).readLine();
    addresses.add(HostPort.parse(line.substring(line.lastIndexOf(' ') + 1)));
    while (nameserver.registrations.size() == before || nameserver.lastHeartbeat.isEmpty()) {
      Thread.sleep(10);
    }
    Thread.sleep(300);
  }

  private void run(long bytes, int piece, int chunkBytes) throws Exception {
    HostPort first = addresses.get(0);
    List<String> chain = addresses.stream().skip(1).map(HostPort::toString).toList();
    Hello hello = new Hello(Hello.PROTOCOL, "", "client", NodeId.NONE, new byte[0]);
    report("idle", 0, 1, new Duration[servers.size() + 1]);
    try (Connection connection =
        new NetClient(threads, NetLimits.DEFAULT).connect(first, hello, 3000).get()) {
      ByteBuf data = Unpooled.directBuffer(piece).writeZero(piece);
      for (int i = 0; i + 8 <= piece; i += 8) {
        data.setLong(i, i * 0x9E3779B97F4A7C15L);
      }
      for (int round = 0; round < 2; round++) {
        append(connection, data, bytes, piece, chunkBytes, chain, round * 100_000);
        read(connection, bytes, chunkBytes, round * 100_000);
      }
    }
  }

  private void append(
      Connection to,
      ByteBuf data,
      long bytes,
      int piece,
      int chunkBytes,
      List<String> chain,
      int firstChunk)
      throws Exception {
    Duration[] before = cpu();
    long start = System.nanoTime();
    Window window = new Window();
    int perChunk = chunkBytes / piece;
    int[] crcs = Crc32c.ofBlocks(data, 0, piece, 0);
    boolean aligned = piece % Crc32c.BLOCK_BYTES == 0;
    for (long i = 0; i < bytes / piece; i++) {
      int offset = (int) (i % perChunk) * piece;
      ChunkId chunk = ChunkId.of(new GroupId(1), firstChunk + i / perChunk);
      int[] sums = aligned ? crcs : Crc32c.ofBlocks(data, 0, piece, offset);
      window.add(
          to.call(
              new ChunkRequest.Append(chunk, offset, sums, false, chain),
              data.retainedDuplicate(),
              20_000));
    }
    window.drain();
    report("append", bytes, System.nanoTime() - start, before);
  }

  private void read(Connection from, long bytes, int chunkBytes, int firstChunk) throws Exception {
    Duration[] before = cpu();
    long start = System.nanoTime();
    Window window = new Window();
    int length = ChunkRequest.Read.MAX_READ_BYTES;
    for (long at = 0; at < bytes; at += length) {
      ChunkId chunk = ChunkId.of(new GroupId(1), firstChunk + at / chunkBytes);
      window.add(
          from.call(new ChunkRequest.Read(chunk, (int) (at % chunkBytes), length), null, 20_000));
    }
    window.drain();
    report("read", bytes, System.nanoTime() - start, before);
  }

  /** Some calls at once. */
  private static final class Window {
    private final Semaphore free = new Semaphore(IN_FLIGHT);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    void add(java.util.concurrent.CompletableFuture<Response> answer) throws Exception {
      free.acquire();
      answer.whenComplete(
          (response, e) -> {
            if (e != null) {
              failure.compareAndSet(null, e);
            } else {
              check(response);
              response.payload().release();
            }
            free.release();
          });
    }

    private void check(Response response) {
      if (response.message() instanceof Reply.ChunkData data
          && Crc32c.verifyBlocks(
                  response.payload(),
                  response.payload().readerIndex(),
                  data.length(),
                  0,
                  data.crcs())
              >= 0) {
        failure.compareAndSet(null, new IllegalStateException("a block does not match"));
      }
    }

    void drain() throws Exception {
      if (!free.tryAcquire(IN_FLIGHT, 60, TimeUnit.SECONDS) || failure.get() != null) {
        throw new IllegalStateException("failed", failure.get());
      }
    }
  }

  private Duration[] cpu() {
    Duration[] used = new Duration[servers.size() + 1];
    for (int i = 0; i < servers.size(); i++) {
      used[i] = servers.get(i).info().totalCpuDuration().orElseThrow();
    }
    used[servers.size()] = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    return used;
  }

  private void report(String what, long bytes, long nanos, Duration[] before) throws Exception {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-7s", what));
    if (bytes > 0) {
      Duration[] after = cpu();
      double gib = bytes / (double) (1 << 30);
      line.append(String.format(Locale.ROOT, "%6.0f MiB/s  CPU s/GiB:", gib * 1024e9 / nanos));
      double sum = 0;
      for (int i = 0; i < after.length; i++) {
        double each = after[i].minus(before[i]).toMillis() / 1e3 / gib;
        sum += each;
        line.append(String.format(Locale.ROOT, " %.2f", each));
      }
      line.append(String.format(Locale.ROOT, " sum %.2f", sum));
    }
    line.append("  RSS MiB:");
    for (Process server : servers) {
      for (String status : Files.readAllLines(Path.of("/proc/" + server.pid() + "/status"))) {
        if (status.startsWith("VmRSS")) {
          line.append(' ').append(Long.parseLong(status.replaceAll("[^0-9]", "")) / 1024);
        }
      }
    }
    System.out.println(line);
  }
}
