package io.dfs.coherence;

import io.dfs.common.config.HostPort;
import io.dfs.common.id.NodeId;
import io.dfs.common.id.SessionId;
import io.dfs.common.message.Hello;
import io.dfs.common.message.Query;
import io.dfs.common.message.Reply;
import io.dfs.common.net.Connection;
import io.dfs.common.net.NetClient;
import io.dfs.common.net.NetLimits;
import io.dfs.common.net.NetThreads;

/**
 * A client that is granted what it asks for and then is not heard of: it asks for recalls once.
 * Confined to the test's thread.
 */
final class SilentClient implements AutoCloseable {
  private static final int TIMEOUT_MS = 5000;

  private final NetThreads threads = new NetThreads("silent", 1);
  private final Connection connection;
  private final SessionId session;

  SilentClient(HostPort nameserver) {
    Hello hello = new Hello(Hello.PROTOCOL, "", "client", NodeId.NONE, new byte[0]);
    connection =
        new NetClient(threads, NetLimits.DEFAULT).connect(nameserver, hello, TIMEOUT_MS).join();
    session =
        connection
            .call(new Query.OpenSession(SessionId.NONE, "silent", true), null, TIMEOUT_MS)
            .join()
            .as(Reply.SessionOpened.class)
            .session();
    ask(new Query.AwaitRecalls(session, 0, true, 0));
  }

  SessionId session() {
    return session;
  }

  void ask(Query query) {
    connection.call(query, null, TIMEOUT_MS).join();
  }

  @Override
  public void close() {
    connection.close();
    threads.close();
  }
}
