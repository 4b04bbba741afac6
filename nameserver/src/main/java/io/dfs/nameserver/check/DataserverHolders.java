package io.dfs.nameserver.check;

import io.dfs.common.config.HostPort;
import io.dfs.common.error.Errno;
import io.dfs.common.error.FsException;
import io.dfs.common.id.ChunkId;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.ChunkRequest;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Reply;
import io.dfs.common.message.ServerInfo;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Asks the dataservers themselves, each over one connection for a batch. Shared. */
public final class DataserverHolders implements Holders {
  private static final int CONNECT_MS = 3000;

  /** A spinning disk looks up 1000 chunks in some seconds. */
  private static final int ANSWER_MS = 30_000;

  private final NetClient client;
  private final Supplier<List<ServerInfo>> servers;
  private final String clusterId;

  public DataserverHolders(
      NetThreads threads, Supplier<List<ServerInfo>> servers, String clusterId) {
    this.client = new NetClient(threads, NetLimits.DEFAULT);
    this.servers = servers;
    this.clusterId = clusterId;
  }

  @Override
  public CompletableFuture<int[]> lengths(NodeId server, List<ChunkId> chunks) {
    for (ServerInfo info : servers.get()) {
      if (info.id().equals(server) && info.state() != ServerInfo.State.OFFLINE) {
        Hello hello = new Hello(Hello.PROTOCOL, clusterId, "nameserver", NodeId.NONE, new byte[0]);
        return client
            .connect(HostPort.parse(info.address()), hello, CONNECT_MS)
            .thenCompose(connection -> ask(connection, chunks))
            .exceptionally(failure -> unknown(chunks));
      }
    }
    return CompletableFuture.completedFuture(unknown(chunks));
  }

  private static int[] unknown(List<ChunkId> chunks) {
    int[] lengths = new int[chunks.size()];
    java.util.Arrays.fill(lengths, UNKNOWN);
    return lengths;
  }

  private static CompletableFuture<int[]> ask(Connection connection, List<ChunkId> chunks) {
    List<CompletableFuture<Integer>> answers = new ArrayList<>(chunks.size());
    for (ChunkId chunk : chunks) {
      answers.add(
          connection
              .call(new ChunkRequest.StatChunk(chunk), null, ANSWER_MS)
              .thenApply(response -> response.as(Reply.ChunkInfo.class).length())
              .exceptionally(DataserverHolders::failed));
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> answers.stream().mapToInt(CompletableFuture::join).toArray())
        .whenComplete((lengths, failure) -> connection.close());
  }

  private static int failed(Throwable failure) {
    Errno errno = FsException.of(failure).errno();
    // A chunk file that cannot be read is as good as none.
    return errno == Errno.ENOENT || errno == Errno.EIO ? ABSENT : UNKNOWN;
  }
}
