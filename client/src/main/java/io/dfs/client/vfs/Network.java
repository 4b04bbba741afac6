package io.dfs.client.vfs;

import io.dfs.client.chunk.Connector;
import io.dfs.common.config.HostPort;
import io.dfs.common.id.NodeId;
import io.dfs.common.message.Hello;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetThreads;
import java.util.concurrent.CompletableFuture;

/** The client's network threads, and connections of one cluster. Shared. */
final class Network implements Connector, AutoCloseable {
  private static final int CONNECT_TIMEOUT_MS = 5000;

  private final NetThreads threads;
  private final NetClient client;

  /** Empty until the first server has said which cluster it belongs to; from then on required. */
  private volatile String clusterId = "";

  Network(int threads) {
    this.threads = new NetThreads("dfs-client-net", threads);
    this.client = new NetClient(this.threads, NetLimits.DEFAULT);
  }

  /** To a dataserver: many bytes under way, nobody waits for one of them. */
  @Override
  public CompletableFuture<Connection> connect(String address) {
    return connect(address, client::connect);
  }

  /** To the nameserver: small requests, which most callers wait for. */
  @Override
  public CompletableFuture<Connection> connectDirectly(String address) {
    return connect(address, client::connectDirectly);
  }

  private interface Way {
    CompletableFuture<Connection> connect(HostPort address, Hello hello, int timeoutMs);
  }

  private CompletableFuture<Connection> connect(String address, Way way) {
    Hello hello = new Hello(Hello.PROTOCOL, clusterId, "client", NodeId.NONE, new byte[0]);
    CompletableFuture<Connection> connecting;
    try {
      connecting = way.connect(HostPort.parse(address), hello, CONNECT_TIMEOUT_MS);
    } catch (RuntimeException e) {
      // A server's address that is none, or threads that have stopped.
      return CompletableFuture.failedFuture(e);
    }
    return connecting.thenApply(
        connection -> {
          if (clusterId.isEmpty()) {
            clusterId = connection.welcome().clusterId();
          }
          return connection;
        });
  }

  @Override
  public void close() {
    threads.close();
  }
}
