package io.dfs.client.chunk;

import io.dfs.common.net.Connection;
import java.util.concurrent.CompletableFuture;

/** Makes connections to servers of this cluster. */
@FunctionalInterface
public interface Connector {
  /** Connects to {@code host:port} and greets; fails with FsException within some seconds. */
  CompletableFuture<Connection> connect(String address);

  /**
   * A connection for small requests: a thread that waits anyway ({@code WaitingThreads}) has its
   * answer when the call returns.
   */
  default CompletableFuture<Connection> connectDirectly(String address) {
    return connect(address);
  }
}
