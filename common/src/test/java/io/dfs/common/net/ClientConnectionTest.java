package io.dfs.common.net;

import io.dfs.common.config.HostPort;
import io.dfs.common.message.Hello;
import java.util.concurrent.CompletableFuture;

class ClientConnectionTest extends ConnectionContract {
  @Override
  CompletableFuture<Connection> connect(NetClient from, HostPort to, Hello hello, int timeoutMs) {
    return from.connect(to, hello, timeoutMs);
  }
}
