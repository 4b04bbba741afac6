package io.dfs.dataserver.server;

import io.dfs.common.checksum.Crc32c;
import io.dfs.common.config.ConfigFile;
import io.dfs.common.config.HostPort;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetThreads;
import io.dfs.common.net.Response;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Dataservers on loopback with a nameserver, and a client of them. */
public final class TestServers implements AutoCloseable {
  public static final int DEADLINE_MS = 20_000;

  private final NetThreads threads = new NetThreads("test", 2);
  public final FakeNameserver nameserver = new FakeNameserver(threads);
  private final List<Dataserver> running = new ArrayList<>();
  private final Path root;

  public TestServers(Path root) {
    this.root = root;
  }

  /** Starts a server on {@code root/name} and waits until it is registered. */
  public Dataserver start(String name, String... settings) throws Exception {
    List<String> all = new ArrayList<>();
    all.add("directories=" + root.resolve(name));
    all.add("listen=127.0.0.1:0");
    all.add("nameservers=" + nameserver.address());
    all.add("reserve=0");
    all.add("disk-threads=2");
    all.addAll(List.of(settings));
    int before = nameserver.registrations.size();
    Dataserver server = Dataserver.start(ConfigFile.empty().read(DataserverConfig.class, all));
    running.add(server);
    if (List.of(settings).stream().noneMatch(s -> s.startsWith("nameservers"))) {
      await(() -> nameserver.registrations.size() > before);
    }
    try (Connection connection = connect(server)) {
      await(
          () -> {
            try {
              call(connection, new ChunkRequest.StatChunk(new ChunkId(1)));
              return true;
            } catch (FsException e) {
              return e.errno() != io.dfs.common.error.Errno.EAGAIN;
            }
          });
    }
    return server;
  }

  public Connection connect(Dataserver server) throws Exception {
    return connect(server.address());
  }

  public Connection connect(HostPort address) throws Exception {
    return new NetClient(threads, NetLimits.DEFAULT)
        .connect(
            address, new Hello(Hello.PROTOCOL, "", "client", NodeId.NONE, new byte[0]), DEADLINE_MS)
        .get(DEADLINE_MS, TimeUnit.MILLISECONDS);
  }

  public static CompletableFuture<Response> append(
      Connection to,
      ChunkId chunk,
      int offset,
      byte[] bytes,
      boolean durable,
      Dataserver... chain) {
    ByteBuf payload = Unpooled.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
    int[] crcs = Crc32c.ofBlocks(payload, 0, bytes.length, offset);
    return to.call(
        new ChunkRequest.Append(chunk, offset, crcs, durable, names(chain)), payload, DEADLINE_MS);
  }

  public static List<String> names(Dataserver... servers) {
    return Stream.of(servers).map(s -> s.address().toString()).toList();
  }

  /** The answer; throws the FsException that the call failed with. */
  public static Reply call(Connection to, ChunkRequest request) throws Exception {
    return get(to.call(request, null, DEADLINE_MS)).as(Reply.class);
  }

  public static Response get(CompletableFuture<Response> answer) throws Exception {
    try {
      return answer.get(DEADLINE_MS, TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.ExecutionException e) {
      throw FsException.of(e);
    }
  }

  public static Reply reply(CompletableFuture<Response> answer) throws Exception {
    return get(answer).as(Reply.class);
  }

  public static FsException failure(CompletableFuture<Response> answer) throws Exception {
    Response response;
    try {
      response = get(answer);
    } catch (FsException e) {
      return e;
    }
    response.payload().release();
    throw new AssertionError("succeeded: " + response.message());
  }

  /** A whole chunk as a reader gets it; fails when a sum does not match. */
  public static byte[] readAll(Connection from, ChunkId chunk) throws Exception {
    byte[] all = new byte[0];
    while (true) {
      Response response =
          get(
              from.call(
                  new ChunkRequest.Read(
                      chunk, all.length / Crc32c.BLOCK_BYTES * Crc32c.BLOCK_BYTES, 1 << 20),
                  null,
                  DEADLINE_MS));
      Reply.ChunkData data = (Reply.ChunkData) response.message();
      ByteBuf payload = response.payload();
      try {
        if (payload.readableBytes() != data.length()) {
          throw new AssertionError(payload.readableBytes() + " bytes, told " + data.length());
        }
        if (data.length() > 0
            && Crc32c.verifyBlocks(payload, payload.readerIndex(), data.length(), 0, data.crcs())
                >= 0) {
          throw new FsException(io.dfs.common.error.Errno.EBADMSG, "a block does not match");
        }
        byte[] grown = java.util.Arrays.copyOf(all, all.length + data.length());
        payload.readBytes(grown, all.length, data.length());
        all = grown;
      } finally {
        payload.release();
      }
      if (data.length() < 1 << 20) {
        return all;
      }
    }
  }

  public static void await(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not come true within 30 s");
      }
      Thread.sleep(5);
    }
  }

  /** The only chunk file of a server. */
  public Path chunkFile(String name) throws IOException {
    try (Stream<Path> files = Files.walk(root.resolve(name))) {
      return files.filter(f -> f.toString().endsWith(".chunk")).findFirst().orElseThrow();
    }
  }

  @Override
  public void close() {
    running.forEach(Dataserver::close);
    nameserver.close();
    threads.close();
  }
}
